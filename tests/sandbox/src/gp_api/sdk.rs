//! The official Python SDK as a judge of the simulator.
