//! The whole local world: which parts there are, how they start together, and how other processes find them.
