//! Generates the table and the chart of the README, and the tables of growth in
//! docs/performance.md, from docs/performance.json. A test compares them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::chart::chart;
use super::figures::{Figures, replace};
use super::table::{counted, ratio};
use super::ways::{WAYS, Way, time};
use crate::command::Result;

/// The figures that everything else is generated from.
const FIGURES: &str = "docs/performance.json";
const CHART: &str = "docs/performance.svg";

/// A page, the name of its generated part, and the function that generates it.
type Part = (&'static str, &'static str, fn(&Figures) -> String);

const PARTS: [Part; 2] =
    [("README.md", "side by side", side_by_side), ("docs/performance.md", "growth", growth)];

/// Writes the figures, the chart and the generated parts.
///
/// # Errors
/// A page lacks the lines that delimit its part, or cannot be written.
pub(super) fn write(figures: &Figures) -> Result<()> {
    for (page, name, part) in PARTS {
        let page = Path::new(page);
        replace(page, &with_part(page, name, &part(figures))?)?;
    }
    replace(Path::new(CHART), &chart(figures))?;
    figures.write(Path::new(FIGURES))
}

/// Replaces the text between the two lines that delimit the part of a page.
fn with_part(page: &Path, name: &str, part: &str) -> Result<String> {
    let text = fs::read_to_string(page)?;
    let (first, last) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n"));
    let split = text.split_once(&first).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&last)?;
        Some((before, after))
    });
    let (before, after) = split.ok_or_else(|| {
        let (first, last) = (first.trim_end(), last.trim_end());
        format!("`{}` has no line `{first}` with a line `{last}` after it", page.display())
    })?;
    Ok(format!("{before}{first}{part}{last}{after}"))
}

/// Generates the part of the README.
fn side_by_side(figures: &Figures) -> String {
    let mut text = format!(
        "\n![How long one question takes, by how a module is asked](docs/performance.svg)\n\n\
         {}. The median of one question; every answer was checked.\n\n",
        figures.machine
    );
    text += "| | sender on a list of 1,000: 1 module | 3 | 10 | word in an event of 1 KiB: 1 module | 10 |\n";
    text += "| --- | --- | --- | --- | --- | --- |\n";
    for way in &WAYS {
        let cells = [("ready", 1), ("ready", 3), ("ready", 10), ("event", 1), ("event", 10)]
            .map(|(question, modules)| cell(figures, way, question, modules));
        if cells.iter().any(|cell| !cell.is_empty()) {
            row(&mut text, way.title, &cells);
        }
    }
    text += "\nhsmod beside `async-trait` (boxed futures, = 1), for 1, 3 and 10 modules; locked \
             instructions\nand allocations of one question to one module:\n\n";
    text += "| | time | instructions | locked | allocations |\n| --- | --- | --- | --- | --- |\n";
    for (question, title) in [
        ("ready", "answers at once"),
        ("awaited", "the same, awaited two functions up"),
        ("suspended", "suspends once"),
        ("event", "reads the content"),
    ] {
        row(&mut text, title, &beside_boxed(figures, question));
    }
    text.push('\n');
    text
}

/// The time of a question; empty if it was not measured.
fn cell(figures: &Figures, way: &Way, question: &str, modules: u32) -> String {
    figures.row(question, way.name, modules).map_or_else(String::new, |row| time(row.ns_median))
}

/// The time, instructions, locked instructions and allocations of hsmod compared with the boxed
/// call.
fn beside_boxed(figures: &Figures, question: &str) -> [String; 4] {
    let both = |modules| {
        let row = |way| figures.row(question, way, modules);
        Some((row("boxed")?, row("hsmod")?))
    };
    let each = |share: &dyn Fn(u32) -> Option<f64>| {
        let shares = [1, 3, 10].map(|modules| share(modules).map_or("-".to_owned(), ratio));
        shares.join(" / ")
    };
    let times = each(&|modules| Some(both(modules)?.1.ratio));
    let instructions = each(&|modules| {
        let (boxed, hsmod) = both(modules)?;
        Some(hsmod.instructions? / boxed.instructions?)
    });
    let number = |number: Option<f64>| number.map_or("-".to_owned(), |number| number.to_string());
    let one = figures.row(question, "hsmod", 1);
    let locked = number(one.and_then(|row| row.locked));
    [times, instructions, locked, number(one.and_then(|row| row.allocations))]
}

fn row(text: &mut String, title: &str, cells: &[String]) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "| {title} | {} |", cells.join(" | "));
}

/// Generates the part of docs/performance.md, one table for each quantity that grows.
fn growth(figures: &Figures) -> String {
    let mut text = String::new();
    for (kind, title, ways) in [
        ("event_size", "bytes of the event, whose sender is read", EVERYWHERE),
        ("state_entries", "entries in the state, of which one is read", INSIDE),
        ("not_registered", "more modules, which did not register", INSIDE),
        ("threads", "threads that ask at once; time divided by all questions", INSIDE),
    ] {
        let sizes = figures.rows.iter().filter_map(|row| {
            let (of, size) = row.question.split_once('/')?;
            (of == kind && row.way == "boxed").then_some(size)
        });
        let lines = sizes.map(|size| (size.to_owned(), format!("{kind}/{size}"), 1));
        grown(&mut text, figures, title, ways, lines);
    }
    let modules = figures.rows.iter().filter(|row| row.question == "ready" && row.way == "boxed");
    let lines =
        modules.map(|row| (counted(row.modules, "module"), "ready".to_owned(), row.modules));
    grown(&mut text, figures, "modules that are asked", INSIDE, lines);
    text.push('\n');
    text
}

const INSIDE: &[&str] = &["boxed", "hsmod"];
const EVERYWHERE: &[&str] = &["boxed", "hsmod", "wasm_core", "webhook", "unix_socket"];

fn grown(
    text: &mut String,
    figures: &Figures,
    title: &str,
    ways: &[&str],
    lines: impl Iterator<Item = (String, String, u32)>,
) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    let titles = WAYS.iter().filter(|way| ways.contains(&way.name)).map(|way| way.title.to_owned());
    text.push('\n');
    row(text, title, &titles.collect::<Vec<_>>());
    row(text, "---", &vec!["---".to_owned(); ways.len()]);
    for (size, question, modules) in lines {
        let shown = WAYS.iter().filter(|way| ways.contains(&way.name));
        let cells = shown.map(|way| cell(figures, way, &question, modules)).collect::<Vec<_>>();
        row(text, &size, &cells);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_readme_names_what_was_measured_only() {
        let expected = "
![How long one question takes, by how a module is asked](docs/performance.svg)

A machine, 2 processors. The median of one question; every answer was checked.

| | sender on a list of 1,000: 1 module | 3 | 10 | word in an event of 1 KiB: 1 module | 10 |
| --- | --- | --- | --- | --- | --- |
| `async fn`, compiled in | 8.1 ns |  |  |  |  |
| `async-trait`, compiled in | 33.5 ns |  | 270 ns |  |  |
| hsmod plugin | 26.4 ns |  | 91.0 ns |  |  |
| webhook, HTTP kept alive | 14.4 µs |  |  |  |  |
| Python module, in Synapse | 26.2 µs |  |  |  |  |

hsmod beside `async-trait` (boxed futures, = 1), for 1, 3 and 10 modules; locked instructions
and allocations of one question to one module:

| | time | instructions | locked | allocations |
| --- | --- | --- | --- | --- |
| answers at once | 0.79 / - / 0.34 | 0.72 / - / 0.35 | 1 | 0 |
| the same, awaited two functions up | - / - / - | - / - / - | - | - |
| suspends once | - / - / - | - / - / - | - | - |
| reads the content | - / - / - | - / - / - | - | - |

";
        let made = side_by_side(&super::super::fixture());
        assert_eq!(made, expected, "\n{made}");
    }

    #[test]
    fn each_kind_of_growth_has_its_table() {
        let made = growth(&super::super::fixture());
        let expected = "
| modules that are asked | `async-trait`, compiled in | hsmod plugin |
| --- | --- | --- |
| 1 module | 33.5 ns | 26.4 ns |
| 10 modules | 270 ns | 91.0 ns |

";
        assert_eq!(made, expected, "\n{made}");
    }

    #[test]
    fn a_page_without_the_lines_is_named() {
        let folder = std::env::temp_dir().join(format!("hsmod-readme-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let page = folder.join("page.md");
        fs::write(&page, "before\n<!-- a -->\nold\n<!-- /a -->\nafter\n").unwrap();
        let made = with_part(&page, "a", "new\n").unwrap();
        assert_eq!(made, "before\n<!-- a -->\nnew\n<!-- /a -->\nafter\n");
        let error = with_part(&page, "b", "").unwrap_err().to_string();
        let said = "has no line `<!-- b -->` with a line `<!-- /b -->` after it";
        assert!(error.ends_with(said), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_pages_match_the_stored_figures() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let figures = Figures::read(&root.join(FIGURES)).unwrap();
        let fix = "was it edited by hand?\n  cargo xtask bench --from docs/performance.json \
                   --write-readme";
        for (page, name, part) in PARTS {
            let file = root.join(page);
            let is = fs::read_to_string(&file).unwrap();
            assert!(with_part(&file, name, &part(&figures)).unwrap() == is, "{page}: {fix}");
        }
        let is = fs::read_to_string(root.join(CHART)).unwrap();
        assert!(chart(&figures) == is, "{CHART}: {fix}");
    }
}
