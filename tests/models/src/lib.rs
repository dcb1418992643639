//! Models of the state that a homeserver's threads share: the loader's own files, with loom's types
//! in place of the standard library's. `cargo test -p hsmod-models --release` explores all orders
//! in which threads may see each other's writes.

#[cfg(test)]
mod atomic;
#[cfg(test)]
#[allow(unsafe_code, reason = "as in the loader")]
#[path = "../../../loader/src/published.rs"]
mod published;

#[cfg(test)]
mod tests;
