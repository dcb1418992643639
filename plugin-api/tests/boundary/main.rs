//! Shows that a call across the boundary keeps its promises: where futures are built, what is
//! allocated, who drops what, where panics end, which waker is woken.
//!
//! `cargo xtask sanitize` runs these tests under AddressSanitizer. Both sides are in this process,
//! so Miri sees all of it: `cargo miri test -p hsmod-plugin-api --features host --test boundary`.

#![allow(clippy::duplicate_mod, reason = "each copy of the waker code stands for an image")]

mod answers;
mod callbacks;
mod cancellation;
mod foreign_wakers;
mod host;
mod kinds;
mod other_image;
mod panics;
mod raw;
mod registration;
mod room;
mod soundness;
mod support;
mod unvouched;
mod wakers;

// The macro with which the copies of the boundary's code are declared.
use hsmod_abi::structure;
