//! heartland
