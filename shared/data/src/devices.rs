//! A user's devices: table `devices`.
