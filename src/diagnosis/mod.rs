//! Diagnosis: why a request failed, who has to do what, and the proof that this repairs it.
//!
//! It knows nothing of terminals and files. Invariant: what it says of a world is read from that world or
//! simulated in it, never guessed from a name.

pub mod examination;
