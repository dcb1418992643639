//! Converts Rust's documentation into comments in C.

/// The lines as a comment, without examples and links; nothing if there are none.
pub(crate) fn comment(indent: &str, doc: &[&str]) -> String {
    let mut text = String::new();
    for line in plain(doc) {
        text.push_str(format!("{indent}/// {line}").trim_end());
        text.push('\n');
    }
    text
}

/// The lines up to the first empty one.
pub(crate) fn first_paragraph<'a>(doc: &[&'a str]) -> Vec<&'a str> {
    doc.iter().copied().take_while(|line| !line.trim().is_empty()).collect()
}

/// The lines without code, and without empty lines at the end.
fn plain(doc: &[&str]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut code = false;
    for line in doc {
        let line = line.strip_prefix(' ').unwrap_or(line);
        let repeated = line.is_empty() && lines.last().is_none_or(String::is_empty);
        if line.trim_start().starts_with("```") {
            code = !code;
        } else if !(code || repeated) {
            lines.push(without_links(line));
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// Replaces `[text](target)` and `[text]` by the text.
fn without_links(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once("[`") {
        text.push_str(before);
        let Some((linked, behind)) = behind.split_once("`]") else {
            rest = behind;
            continue;
        };
        text.push_str(&format!("`{linked}`"));
        rest = match behind.strip_prefix('(').and_then(|target| target.split_once(')')) {
            Some((_, behind)) => behind,
            None => behind,
        };
    }
    text + rest
}

#[test]
fn examples_and_links_are_left_out() {
    let doc = [
        " Reads [`X::y`] and [`Z`](crate::z).",
        "",
        " ```",
        " let x = [1];",
        " ```",
        "",
        " Ends.",
        "",
    ];
    let shown = "    /// Reads `X::y` and `Z`.\n    ///\n    /// Ends.\n";
    assert_eq!(comment("    ", &doc), shown);
    assert_eq!(first_paragraph(&doc).len(), 1);
}
