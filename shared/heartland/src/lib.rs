//! What Heartland speaks, one module per dialect. Each dialect has its own wire types and flows; none of them
//! keeps state between calls except its access token and its connections.

pub mod gp_api;
