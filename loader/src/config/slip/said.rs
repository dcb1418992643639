//! The YAML parser's messages, which use the terms of its specification, and what to tell an
//! operator.

/// The parser's message, its meaning, and the remedy. The first that matches is used.
pub(super) const SAID: &[(&str, &str, &str)] = &[
    (
        "mapping values are not allowed",
        "this key does not belong to the line above it",
        "indent it like the other lines of the same mapping or list",
    ),
    (
        "expected '-' indicator",
        "this line is neither an item of the list above nor part of one",
        "indent it like the other keys of the item, or begin it with `- `",
    ),
    (
        "did not find expected key",
        "the indentation of this line matches no line above it",
        "indent it like the other lines of the same mapping or list",
    ),
    ("simple key", "the line above has no colon after its key", "write it as `key: value`"),
    (
        "unknown anchor",
        "`*` at the beginning of a value refers to the value marked `&` with the same name, but \
         there is none",
        "quote the value if it is a string that begins with `*`",
    ),
    (
        "unexpected end of stream",
        "the quote that is opened here is not closed",
        "close it; if the file ends too early, check that it was written completely",
    ),
    (
        "indentation in quoted scalar",
        "the quote that is opened here is not closed on its line",
        "close it",
    ),
    (
        "trailing content after",
        "a string continues after its closing quote",
        "remove what follows, or quote all of it; in '..', write a quote twice: 'it''s'",
    ),
    (
        "a flow sequence",
        "in a list in brackets, this is neither a `,` nor the closing `]`",
        "put commas between the items, `]` at the end, and quotes around strings with `: `",
    ),
    (
        "a flow mapping",
        "in a mapping in braces, this is neither a `,` nor the closing `}`",
        "put commas between the members, `}` at the end, and quotes around strings with `: `",
    ),
    (
        "misplaced bracket",
        "this bracket closes nothing",
        "remove it, or quote the value if it is a string",
    ),
    (
        "unknown escape character",
        "this double-quoted string has a `\\` that begins no escape known to YAML",
        "use single quotes, in which `\\` has no special meaning",
    ),
    (
        "block scalar",
        "`|` and `>` begin a string on the lines below, and nothing may follow them on their line",
        "quote the value if it is a string that begins with one of them",
    ),
    (
        "sequence entries are not allowed",
        "a list cannot begin in the middle of a line with `- `",
        "begin it on a line of its own, or quote the value if it is a string that begins with `- `",
    ),
    (
        "mapping keys are not allowed",
        "`?` at the beginning of a value has a special meaning",
        "quote the value if it is a string that begins with `?`",
    ),
    (
        "comments must be separated",
        "`#` begins a comment",
        "quote the value if it is a string that begins with `#`; put a space before a comment",
    ),
    (
        "<document start>",
        "lines that begin with `%` are YAML directives, which end with a line `---`",
        "remove what is above this line",
    ),
    (
        "expected node content",
        "a value is missing here",
        "write it, or remove the bracket, comma or tag before it",
    ),
    (
        "anchor",
        "`&` and `*` at the beginning of a value are not followed by a name",
        "quote the value if it is a string that begins with one of them",
    ),
    (
        "tag",
        "`!` at the beginning of a value names a type, and YAML does not know this one",
        "quote the value if it is a string that begins with `!`",
    ),
    ("TAG", "lines that begin with `%` are YAML directives", "remove the line"),
    (
        "directive",
        "lines that begin with `%` are YAML directives",
        "remove the line, or quote the value if it is a string that begins with `%`",
    ),
    (
        "document indicator",
        "a quote is not closed before this line, which begins or ends a document",
        "close it, or indent the line if it belongs to the string",
    ),
    (
        "document end",
        "`...` ends the document, but something follows it",
        "remove what follows, or the line `...`",
    ),
    (
        "<document-start>",
        "the mapping or list of the whole file ends above this line",
        "indent it like the other lines of the same mapping or list",
    ),
    (
        "Unicode character",
        "this double-quoted string has an escape that is not a character",
        "use single quotes, in which `\\` has no special meaning",
    ),
    (
        "hexadecimal number",
        "this double-quoted string has an escape without its digits",
        "use single quotes, in which `\\` has no special meaning",
    ),
    (
        "plain scalar cannot start with '-'",
        "`-` is followed by a bracket or a comma",
        "put a space after the dash of a list's item, or quote the value",
    ),
    (
        "must be followed by a valid YAML whitespace",
        "a dash or a colon has no space after it",
        "put a space there, or quote the value",
    ),
    (
        "illegal placement of ':'",
        "this colon follows no key",
        "write the key before it, or quote the value",
    ),
    (
        "invalid indentation",
        "this line is indented less than the value that it continues",
        "indent it more, or close the quote or bracket above it",
    ),
];
