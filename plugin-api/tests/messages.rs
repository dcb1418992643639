//! Shows the errors that authors get for mistakes: each file in `ui` fails to compile with the
//! error in the file beside it. Code that only looks like a mistake is in `names`.
//!
//! The compiler's own errors change from one version to the next, so they are compared under one
//! version only.

/// The version of the compiler that wrote the errors.
const WRITTEN_BY: &str = "rustc 1.95.";

#[test]
fn a_mistake_is_named_with_its_remedy() {
    let compiler = env!("HSMOD_RUSTC");
    if !compiler.starts_with(WRITTEN_BY) {
        eprintln!("not compared: the texts are those of {WRITTEN_BY}*, this is {compiler}");
        return;
    }
    // `TRYBUILD=overwrite` rewrites the files.
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
