//! Shows the messages about text that is not YAML.

use insta::assert_snapshot;

use super::messages::said_of;

#[test]
fn a_missing_space() {
    assert_snapshot!(said_of("modules:\n  -module: demo\n    config: {}\n"), @"
    error: config: this is not YAML: there is no space between `-` and `module`
      at line 2, column 3
      fix: put a space after the dash
    ");
    assert_snapshot!(said_of("modules:\n  - module: a\n  -module: b\n"), @"
    error: config: this is not YAML: there is no space between `-` and `module`
      at line 3, column 3
      fix: put a space after the dash
    ");
    assert_snapshot!(said_of("plugins_dir:x\nmodules: []\n"), @"
    error: config: this is not YAML: there is no space between `plugins_dir:` and its value
      at line 1, column 1
      fix: put a space after the colon
    ");
    assert_snapshot!(said_of("modules: []\nplugins_dir:x\n"), @"
    error: config: this is not YAML: there is no space between `plugins_dir:` and its value
      at line 2, column 1
      fix: put a space after the colon
    ");
    assert_snapshot!(said_of("modules:\n  - module: demo\n    timeout:10s\n"), @"
    error: config: this is not YAML: there is no space between `timeout:` and its value
      at line 3, column 5
      fix: put a space after the colon
    ");
    assert_snapshot!(said_of("modules:\n  - module:demo\n    timeout: 10s\n"), @"
    error: config: this is not YAML: there is no space between `module:` and its value
      at line 2, column 5
      fix: put a space after the colon
    ");
    assert_snapshot!(said_of("modules:\n- module: a\n  config:\n    a:1\n    # one\n\n    b: 2\n"), @"
    error: config: this is not YAML: there is no space between `a:` and its value
      at line 4, column 5
      fix: put a space after the colon
    ");
}

#[test]
fn a_colon_too_few_or_too_many() {
    assert_snapshot!(said_of("modules:\n- module: a\n  config\n    a: 1\n"), @"
    error: config: this is not YAML: there is no colon after `config`
      at line 3, column 3
      fix: put a colon after the key
    ");
    assert_snapshot!(said_of("modules:\n- module: a\n  name: a: b\n"), @"
    error: config: this is not YAML: a value contains a colon with a space after it, which makes it a key
      at line 3, column 10
      fix: quote the value
    ");
    assert_snapshot!(said_of("modules: [{module: a, config: {x: y: z}}]\n"), @"
    error: config: this is not YAML: in a mapping in braces, this is neither a `,` nor the closing `}`
      at line 1, column 36
      fix: put commas between the members, `}` at the end, and quotes around strings with `: `
    ");
}

#[test]
fn indentation() {
    assert_snapshot!(said_of("modules:\n  - module: demo\n     config: {}\n"), @"
    error: config: this is not YAML: this key does not belong to the line above it
      at line 3, column 12
      fix: indent it like the other lines of the same mapping or list
    ");
    assert_snapshot!(said_of("modules:\n  - module: a\n   config: {}\n"), @"
    error: config: this is not YAML: this line is neither an item of the list above nor part of one
      at line 3, column 4
      fix: indent it like the other keys of the item, or begin it with `- `
    ");
    assert_snapshot!(said_of("modules:\n  - module: a\n config: {}\n"), @"
    error: config: this is not YAML: the indentation of this line matches no line above it
      at line 3, column 2
      fix: indent it like the other lines of the same mapping or list
    ");
    assert_snapshot!(said_of("modules:\n\t- module: a\n"), @"
    error: config: this is not YAML: there is a tab (U+0009) in this line
      at line 2, column 1
      fix: indent with spaces: YAML allows no tabs there
    ");
    assert_snapshot!(said_of("modules:\n- module: a\n\tconfig: {}\n"), @"
    error: config: this is not YAML: there is a tab (U+0009) in this line
      at line 3, column 1
      fix: indent with spaces: YAML allows no tabs there
    ");
    assert_snapshot!(said_of("modules:\n- module: a\n  config: - b\n"), @"
    error: config: this is not YAML: a list cannot begin in the middle of a line with `- `
      at line 3, column 11
      fix: begin it on a line of its own, or quote the value if it is a string that begins with `- `
    ");
}

#[test]
fn signs_with_a_meaning() {
    assert_snapshot!(said_of("modules:\n- module: a\n  config: {users: [@evil:example.com]}\n"), @"
    error: config: this is not YAML: a string without quotes cannot begin with `@`
      at line 3, column 20
      fix: quote the value
    ");
    assert_snapshot!(said_of("modules:\n- module: a\n  config:\n    users:\n    - @evil:example.com\n"), @"
    error: config: this is not YAML: a string without quotes cannot begin with `@`
      at line 5, column 7
      fix: quote the value
    ");
    assert_snapshot!(said_of("a: `b`\n"), @"
    error: config: this is not YAML: a string without quotes cannot begin with a backtick
      at line 1, column 4
      fix: quote the value
    ");
    assert_snapshot!(said_of("a: %b\n"), @"
    error: config: this is not YAML: a string without quotes cannot begin with `%`
      at line 1, column 4
      fix: quote the value
    ");
    assert_snapshot!(said_of("modules:\n- module: a\n  config: {domain: *.example.com}\n"), @"
    error: config: this is not YAML: `*` at the beginning of a value refers to the value marked `&` with the same name, but there is none
      at line 3, column 20
      fix: quote the value if it is a string that begins with `*`
    ");
    assert_snapshot!(said_of("modules: *nope\n"), @"
    error: config: this is not YAML: `*` at the beginning of a value refers to the value marked `&` with the same name, but there is none
      at line 1, column 10
      fix: quote the value if it is a string that begins with `*`
    ");
    assert_snapshot!(said_of("a: >= 1\n"), @"
    error: config: this is not YAML: `|` and `>` begin a string on the lines below, and nothing may follow them on their line
      at line 1, column 4
      fix: quote the value if it is a string that begins with one of them
    ");
    assert_snapshot!(said_of("a: ?\n"), @"
    error: config: this is not YAML: `?` at the beginning of a value has a special meaning
      at line 1, column 4
      fix: quote the value if it is a string that begins with `?`
    ");
    assert_snapshot!(said_of("modules: [{module: a, config: {rooms: [#a:b.c]}}]\n"), @"
    error: config: this is not YAML: `#` begins a comment
      at line 1, column 40
      fix: quote the value if it is a string that begins with `#`; put a space before a comment
    ");
    assert_snapshot!(said_of("%FOO\nmodules: []\n"), @"
    error: config: this is not YAML: lines that begin with `%` are YAML directives, which end with a line `---`
      at line 2, column 1
      fix: remove what is above this line
    ");
}

#[test]
fn quotes_and_brackets() {
    assert_snapshot!(said_of("modules:\n  - module: \"demo\n    config: {}\n"), @"
    error: config: this is not YAML: the quote that is opened here is not closed on its line
      at line 2, column 13
      fix: close it
    ");
    assert_snapshot!(said_of("modules: [{module: a, config: {a: 'it's'}}]\n"), @"
    error: config: this is not YAML: a string continues after its closing quote
      at line 1, column 39
      fix: remove what follows, or quote all of it; in '..', write a quote twice: 'it''s'
    ");
    assert_snapshot!(said_of("modules:\n  - module: \"demo\",\n"), @"
    error: config: this is not YAML: a string continues after its closing quote
      at line 2, column 19
      fix: remove what follows, or quote all of it; in '..', write a quote twice: 'it''s'
    ");
    assert_snapshot!(said_of("modules: [{module: a, config: {a: [1, 2}}]\n"), @"
    error: config: this is not YAML: in a list in brackets, this is neither a `,` nor the closing `]`
      at line 1, column 40
      fix: put commas between the items, `]` at the end, and quotes around strings with `: `
    ");
    assert_snapshot!(said_of("modules:\n- {module: a\n- module: b\n"), @"
    error: config: this is not YAML: in a mapping in braces, this is neither a `,` nor the closing `}`
      at line 3, column 9
      fix: put commas between the members, `}` at the end, and quotes around strings with `: `
    ");
    assert_snapshot!(said_of("modules: [{module: a}}]\n"), @"
    error: config: this is not YAML: in a list in brackets, this is neither a `,` nor the closing `]`
      at line 1, column 22
      fix: put commas between the items, `]` at the end, and quotes around strings with `: `
    ");
    assert_snapshot!(said_of("modules: [{module: a}]]\n"), @"
    error: config: this is not YAML: this bracket closes nothing
      at line 1, column 23
      fix: remove it, or quote the value if it is a string
    ");
    assert_snapshot!(said_of("a: \"C:\\dir\"\n"), @r"
    error: config: this is not YAML: this double-quoted string has a `\` that begins no escape known to YAML
      at line 1, column 4
      fix: use single quotes, in which `\` has no special meaning
    ");
    assert_snapshot!(said_of("modules:\n- module: a\n  config: {a: “x: y”}\n"), @r#"
    warning: config: the typographic `“` (U+201C) does not quote: it is part of this string
      at modules.<item 0>.config.a, line 3, column 15
      fix: use straight quotes: " or '
    error: config: this is not YAML: the typographic `“` (U+201C) does not quote
      at line 3, column 15
      fix: use straight quotes: " or '
    "#);
}

#[test]
fn invisible_characters() {
    assert_snapshot!(said_of("modules:\n  - module: a\n  \u{a0} config: {}\n"), @"
    error: config: this is not YAML: there is a no-break space (U+00A0) in this line
      at line 3, column 3
      fix: retype it: it may have been copied from a web page
    ");
    assert_snapshot!(said_of("modules:\n- module: a\n\u{200b}  config: {}\n"), @r"
    warning: config: there is a zero-width space (U+200B) in this string
      at line 3, column 1
      fix: retype it: it may have been copied from a web page
    error: config: unknown key `\u{200b}  config`
      at \u{200b}  config, line 3, column 1
      fix: the keys here are `plugins_dir`, `modules`, `verify`, `worker_name`, `public_baseurl`, `data_dir`, `http`, `mail`, `templates_dir`, `slow_poll`
    ");
    assert_snapshot!(said_of("modules: [{module: a,\u{3000}name: @b}]\n"), @"
    error: config: this is not YAML: there is an ideographic space (U+3000) in this line
      at line 1, column 22
      fix: retype it: it may have been copied from a web page
    ");
}

#[test]
fn merge_conflicts() {
    assert_snapshot!(said_of("<<<<<<< HEAD\nmodules: []\n=======\nmodules: [a]\n>>>>>>> b\n"), @"
    error: config: this is not YAML: it contains an unresolved merge conflict
      at line 1, column 1
      fix: keep one version, and remove the other and the conflict markers
    ");
    assert_snapshot!(said_of("modules:\n  - module: a\n<<<<<<< HEAD\n    config: {a: 1}\n=======\n    config: {a: 2}\n>>>>>>> b\n"), @"
    error: config: this is not YAML: it contains an unresolved merge conflict
      at line 3, column 1
      fix: keep one version, and remove the other and the conflict markers
    ");
}
