//! Explains why a text is not JSON and how to repair it.

use crate::exit::Stop;

/// Part of serde_json's message, its meaning, and the remedy.
const SAID: [(&str, &str, &str); 7] = [
    (
        "trailing characters",
        "something follows the value",
        "give one object, with all arguments in it",
    ),
    ("EOF", "it ends too early", "close what is open: quotes, brackets, braces"),
    ("trailing comma", "a comma has nothing behind it", "remove the comma"),
    ("key must be a string", "a name is not in double quotes", "write \"name\": before each value"),
    ("expected `:`", "a name has no colon behind it", "write \"name\": before each value"),
    (
        "expected `,` or",
        "a value is not followed by a comma or by what closes it",
        "put commas between the values",
    ),
    (
        "control character",
        "a text goes over several lines",
        "write `\\n` for the end of a line in a text",
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
            let fix = "write texts in double quotes; true, false, null and numbers without any";
            ("a value is none that JSON knows", fix)
        }
    };
    Stop::wrong(format!("{what} are not JSON: {cause}, {position}\n  fix: {fix}"))
}
