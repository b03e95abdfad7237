//! `adopt` and `baseline` against the local emulator: records of what others have done.

// A test that cannot go on fails where it stands; clippy knows helpers of tests for no tests.
#![allow(clippy::unwrap_used, clippy::panic)]

mod adopt;
mod baseline;
mod place;
