//! Tests that `docs/callbacks.md` says what the code does.

use hsmod_tests::{build, callbacks_page};

#[test]
fn the_page_of_callbacks_is_up_to_date() {
    let file = build::workspace().join("docs/callbacks.md");
    let page = callbacks_page::page();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == page,
        "docs/callbacks.md is not what the code says; a callback or a rule was changed: run\n  \
         UPDATE_SNAPSHOTS=1 cargo test -p hsmod-tests callbacks_page\n\
         and look at the difference"
    );
}
