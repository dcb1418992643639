//! Shows the warnings about valid YAML that was probably meant differently.

use insta::assert_snapshot;

use super::messages::said_of;
use super::*;

#[test]
fn variables_and_tildes_are_not_expanded() {
    assert_snapshot!(said_of("plugins_dir: ${HOME}/plugins\nmail: {notif_from: a@b.c, smtp_user: $SMTP_USER, smtp_pass: '${SMTP_PASS}'}\nmodules:\n- {module: a, config: {token: \"${TOKEN}\", price: $5, pattern: '^a$', js: '${name}'}}\n"), @"
    warning: config: the environment variable `HOME` is not expanded here
      at plugins_dir, line 1, column 14
      fix: write the value itself, or make this file with `envsubst`
    warning: config: the environment variable `SMTP_USER` is not expanded here
      at mail.smtp_user, line 2, column 38
      fix: write the value itself, or make this file with `envsubst`
    warning: config: the environment variable `SMTP_PASS` is not expanded here
      at mail.smtp_pass, line 2, column 61
      fix: write the value itself, or make this file with `envsubst`
    warning: module `a`: config: the environment variable `TOKEN` is not expanded here
      at modules.<item 0>.config.token, line 4, column 31
      fix: write the value itself, or make this file with `envsubst`
    ");
    assert_snapshot!(said_of("data_dir: ~/data\ntemplates_dir: '~/t'\n"), @"
    error: config: `~` is not expanded
      at data_dir, line 1, column 1
      fix: write `data_dir` in full, or begin it with `./` if `~` is a folder's name
    error: config: `~` is not expanded
      at templates_dir, line 2, column 1
      fix: write `templates_dir` in full, or begin it with `./` if `~` is a folder's name
    ");
    assert_snapshot!(said_of("modules: [{module: a, config: {a: !env TOKEN, b: !include x.yaml, c: !secret d}}]\n"), @"
    error: module `a`: config: YAML tags are not supported: `!env`
      at modules.<item 0>.config.a, line 1, column 35
      fix: write the value itself: environment variables are not expanded
    error: module `a`: config: YAML tags are not supported: `!include`
      at modules.<item 0>.config.b, line 1, column 50
      fix: write the content here: no other file is read
    error: module `a`: config: YAML tags are not supported: `!secret`
      at modules.<item 0>.config.c, line 1, column 70
      fix: write the value itself, and let nobody else read this file
    ");
}

#[test]
fn typographic_quotes() {
    assert_snapshot!(said_of("“modules”: []\n"), @r#"
    warning: config: the typographic `“` (U+201C) does not quote: it is part of this string
      at line 1, column 1
      fix: use straight quotes: " or '
    error: config: unknown key `“modules”`
      at “modules”, line 1, column 1
      fix: did you mean `modules`?
    "#);
    assert_snapshot!(said_of("modules: [{module: “demo”, config: {a: ‘x’, b: he said “x”, c: '“x”'}}]\n"), @r#"
    warning: module `“demo”`: config: the typographic `“` (U+201C) does not quote: it is part of this string
      at modules.<item 0>.module, line 1, column 20
      fix: use straight quotes: " or '
    warning: module `“demo”`: config: the typographic `‘` (U+2018) does not quote: it is part of this string
      at modules.<item 0>.config.a, line 1, column 40
      fix: use straight quotes: " or '
    "#);
}

#[test]
fn invisible_characters_in_values() {
    assert_snapshot!(said_of("modules:\n  - module:\u{a0}demo\n"), @"
    warning: config: there is a no-break space (U+00A0) in this string
      at modules.<item 0>, line 2, column 5
      fix: retype it: it may have been copied from a web page
    error: config: there is no space between `module:` and its value
      at modules.<item 0>, line 2, column 5
      fix: put a space after the colon
    ");
    assert_snapshot!(said_of("modules:\n  -\u{a0}module: demo\n"), @r"
    warning: config: there is a no-break space (U+00A0) in this string
      at modules, line 2, column 3
      fix: retype it: it may have been copied from a web page
    error: config: there is no space between `-` and `module`
      at modules.-\u{a0}module, line 2, column 3
      fix: put a space after the dash
    ");
    assert_snapshot!(said_of("modules:\n \u{a0}- module: demo\n"), @"
    error: config: expected a list, found a mapping
      at modules, line 1, column 1
      fix: begin each entry with `- `
    warning: config: there is a no-break space (U+00A0) in this string
      at modules, line 2, column 2
      fix: retype it: it may have been copied from a web page
    ");
    assert_snapshot!(said_of("modules:\n  - mod\u{200b}ule: demo\n    config: {user: \"@a\u{200b}:b.c\", text: 'Attention\u{a0}!', fa: 'می\u{200c}خواهم', esc: \"a\\u200bb\"}\n"), @r"
    warning: config: there is a zero-width space (U+200B) in this string
      at modules.<item 0>, line 2, column 5
      fix: retype it: it may have been copied from a web page
    error: config: `module` is missing
      at modules.<item 0>, line 2, column 5
      fix: write the plugin's name, or the path of its file: `module: list_spam_checker`
    error: config: unknown key `mod\u{200b}ule`
      at modules.<item 0>.mod\u{200b}ule, line 2, column 5
      fix: did you mean `module`?
    warning: config: there is a zero-width space (U+200B) in this string
      at modules.<item 0>.config.user, line 3, column 20
      fix: retype it: it may have been copied from a web page
    ");
}

#[test]
fn comments_that_were_values() {
    assert_snapshot!(said_of("modules:\n- module: a\n  config:\n    rooms:\n    - #room:example.com\n    - ~  # why: not\n    one: #room:example.com\n    two: # two: 2\n"), @"
    warning: module `a`: config: `#room:example.com` is a comment here, so there is no value
      at modules.<item 0>.config.rooms.<item 0>, line 5, column 24
      fix: quote the value
    warning: module `a`: config: `#room:example.com` is a comment here, so there is no value
      at modules.<item 0>.config.one, line 7, column 8
      fix: quote the value
    ");
}

#[test]
fn doubts_are_only_warnings() {
    let config =
        Config::from_yaml("modules: [{module: a, config: {x: $X}}]", Path::new("/")).unwrap();
    assert_eq!(config.entries()[0].config()["x"], "$X");
    assert!(config.problems().iter().all(|problem| !problem.is_error()));
    let many = format!("modules: [{{module: a, config: {{x: [{}]}}}}]", "$X, ".repeat(1_000));
    let config = Config::from_yaml(&many, Path::new("/")).unwrap();
    assert_eq!(config.problems().len(), 20);
}
