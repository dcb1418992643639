//! Models of what the threads of a homeserver share: the loader's own files, with the types of loom
//! in place of the standard library's. `cargo test -p hsmod-models --release` tries all orders in
//! which a processor may let the threads see each other's writes.

#[cfg(test)]
mod atomic;
#[cfg(test)]
#[allow(unsafe_code, reason = "as in the loader")]
#[path = "../../../loader/src/published.rs"]
mod published;

#[cfg(test)]
mod tests;
