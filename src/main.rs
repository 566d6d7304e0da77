//! The command line of fedsim.
fn main() {}
