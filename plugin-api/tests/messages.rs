//! Shows what an author reads who made a mistake: each file in `ui` fails to compile, with the
//! text that stands beside it. What is no mistake, however odd, is in `names`.
//!
//! The compiler's own words change from one version to the next, so that the texts are compared
//! under one version only.

/// The minor version of the compiler that wrote the texts.
const WRITTEN_BY: &str = "rustc 1.95.";

#[test]
fn a_mistake_is_named_with_its_remedy() {
    let compiler = env!("HSMOD_RUSTC");
    if !compiler.starts_with(WRITTEN_BY) {
        eprintln!("not compared: the texts are those of {WRITTEN_BY}*, this is {compiler}");
        return;
    }
    // `TRYBUILD=overwrite` writes the texts anew.
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
