//! What the examination says, word by word, and that its cmdlets can be run.
