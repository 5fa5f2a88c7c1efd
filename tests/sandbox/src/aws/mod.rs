//! The AWS side of the local world: MiniStack, the build, the deployment.
