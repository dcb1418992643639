//! Explains why a text is not JSON and how to repair it.

use crate::exit::Stop;

/// Part of serde_json's message, its meaning, and the remedy.
const SAID: [(&str, &str, &str); 7] = [
    (
        "trailing characters",
        "something follows the value",
        "give one object, with all arguments in it",
    ),
    ("EOF", "the text ends too early", "close all quotes, brackets and braces"),
    ("trailing comma", "nothing follows a comma", "remove the comma"),
    ("key must be a string", "a key is not in double quotes", "write `\"key\":` before each value"),
    ("expected `:`", "a colon is missing after a key", "write `\"key\":` before each value"),
    (
        "expected `,` or",
        "a comma or a closing bracket is missing after a value",
        "put commas between the values",
    ),
    (
        "control character",
        "a string contains a line break",
        "write `\\n` for a line break in a string",
    ),
];

/// The error that says why `what` are not JSON.
pub(super) fn explain(what: &str, error: &serde_json::Error) -> Stop {
    let said = error.to_string();
    let position = said.find(" at line ").map_or("", |at| &said[at + 1..]);
    let row = SAID.iter().find(|(needle, ..)| said.contains(needle));
    let (cause, fix) = match row {
        Some((_, cause, fix)) => (*cause, *fix),
        None => {
            let fix = "put double quotes around strings, and none around true, false, null and \
                       numbers";
            ("a value is not valid JSON", fix)
        }
    };
    Stop::wrong(format!("{what} are not JSON: {cause}, {position}\n  fix: {fix}"))
}
