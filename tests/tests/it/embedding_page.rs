//! Tests that `docs/embedding.md` says where homeservers call each callback.

use std::collections::BTreeSet;

use hsmod_loader::rows::CATEGORIES;
use hsmod_tests::build;

/// The rows of the section of a category: the cells of each.
fn cells<'a>(page: &'a str, category: &str) -> Vec<Vec<&'a str>> {
    let (_, section) = page.split_once(&format!("\n### {category}\n")).unwrap_or_else(|| {
        panic!("docs/embedding.md has no section `### {category}`: add it, with a row per callback")
    });
    let section = section.split("\n### ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(2);
    rows.map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

#[test]
fn every_callback_is_in_the_table_of_call_sites() {
    let page = std::fs::read_to_string(build::workspace().join("docs/embedding.md")).unwrap();
    for category in CATEGORIES {
        let rows = cells(&page, category.name);
        for row in &rows {
            assert_eq!(row.len(), 6, "{row:?}: when, and a cell for each of the four homeservers");
            assert!(row[1..].iter().all(|cell| !cell.is_empty()), "{row:?}: `—` if there is none");
        }
        // A callback that is called at two kinds of places has a second row without its name.
        let named =
            rows.iter().filter_map(|row| Some(row[0].strip_prefix('`')?.trim_end_matches('`')));
        let named: Vec<&str> = named.collect();
        let known: Vec<&str> = category.callbacks.iter().map(|callback| callback.name).collect();
        assert_eq!(
            named, known,
            "docs/embedding.md, `{}`: a row per callback, in the order of its file",
            category.name
        );
    }
}

#[test]
fn items_of_the_loader_on_the_page_exist() {
    let page = std::fs::read_to_string(build::workspace().join("docs/embedding.md")).unwrap();
    let examples = ["loader/examples/embed", "loader/examples/hyper.rs"];
    for example in examples {
        assert!(page.contains(example) && build::workspace().join(example).exists(), "{example}");
    }
    let links: BTreeSet<&str> =
        page.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    for link in links {
        let (file, heading) = link.split_once('#').unwrap_or((link, ""));
        let file = if file.is_empty() { "embedding.md" } else { file };
        let text = std::fs::read_to_string(build::workspace().join("docs").join(file));
        let text = text.unwrap_or_else(|error| panic!("{link}: {error}"));
        let headings =
            text.lines().filter_map(|line| Some(line.strip_prefix('#')?.trim_start_matches('#')));
        let anchor = |heading: &str| heading.trim().to_lowercase().replace(' ', "-");
        let is_there = heading.is_empty() || headings.map(anchor).any(|known| known == heading);
        assert!(is_there, "docs/embedding.md links to {link}, which is not there");
    }
}
