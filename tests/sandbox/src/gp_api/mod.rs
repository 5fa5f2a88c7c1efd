//! The simulated GP-API gateway.
