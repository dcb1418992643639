//! Tests that `docs/requests.md` says what the code does.

use hsmod_tests::{build, requests_page};

#[test]
fn the_page_of_requests_is_up_to_date() {
    let file = build::workspace().join("docs/requests.md");
    let page = requests_page::page();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == page,
        "docs/requests.md is not what the code says; a request was changed: run\n  \
         UPDATE_SNAPSHOTS=1 cargo test -p hsmod-tests requests_page\n\
         and look at the difference"
    );
}

#[test]
fn the_survey_names_requests_that_there_are() {
    let page = requests_page::page();
    for (name, _) in requests_page::USED_BY {
        assert!(page.contains(&format!("| `{name}` |")), "there is no request `{name}`");
    }
}
