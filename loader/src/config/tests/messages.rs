//! Shows all messages about the content of the YAML.

use insta::assert_snapshot;

use super::*;

/// All problems with a text.
pub(super) fn said_of(yaml: &str) -> String {
    match Config::from_yaml(yaml, Path::new("/etc/hs")) {
        Ok(config) => config.problems().iter().map(|problem| format!("{problem}\n")).collect(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn documents() {
    assert_snapshot!(said_of("modules: []\n---\nmodules: []\n"), @"
    error: config: a second YAML document starts here
      at line 2, column 1
      fix: keep one document: remove this `---` and what does not belong here
    ");
    assert_eq!(said_of("--- {}\n...\n# the end\n"), "");
}

#[test]
fn top_level() {
    assert_snapshot!(said_of("- module: a\n"), @"
    error: config: the config must be a mapping, found a list
      fix: begin with a key such as `modules:`
    ");
    assert_snapshot!(said_of("modules\n"), @"
    error: config: the config must be a mapping, found a string
      fix: begin with a key such as `modules:`
    ");
    assert_snapshot!(said_of("modules: {module: a}\n"), @"
    error: config: expected a list, found a mapping
      at modules, line 1, column 1
      fix: begin each entry with `- `
    ");
    assert_snapshot!(said_of("modules: a\n"), @"
    error: config: expected a list, found a string
      at modules, line 1, column 1
      fix: write each item on a line of its own that begins with `- `, or all of them in `[..]`
    ");
    assert_snapshot!(
        said_of("modles: []\nplugin_dir: x\nfoo: 1\nplugins_dir: ' '\nworker_name: 5\n"),
        @"
        error: config: unknown key `modles`
          at modles, line 1, column 1
          fix: did you mean `modules`?
        error: config: unknown key `plugin_dir`
          at plugin_dir, line 2, column 1
          fix: did you mean `plugins_dir`?
        error: config: unknown key `foo`
          at foo, line 3, column 1
          fix: the keys here are `plugins_dir`, `modules`, `verify`, `worker_name`, `public_baseurl`, `data_dir`, `http`, `mail`, `templates_dir`, `slow_poll`
        error: config: `plugins_dir` must not be empty
          at plugins_dir, line 4, column 1
          fix: write its value, or remove it
        error: config: expected a string, found a number
          at worker_name, line 5, column 1
          fix: put it in quotes
        "
    );
    assert_snapshot!(said_of("public_baseurl: example.com\n"), @"
    error: config: `example.com` is not a web address
      at public_baseurl, line 1, column 1
      fix: write it in full: `https://matrix.example.com/`
    ");
    assert_snapshot!(said_of("verify: strict\n"), @"
    error: config: expected a mapping, found a string
      at verify, line 1, column 1
      fix: write its keys below `verify:`, indented, each as `key: value`
    ");
    assert_snapshot!(said_of("verify: {permission: warn, permissions: wran}\n"), @"
    error: config: unknown key `permission`
      at verify.permission, line 1, column 10
      fix: did you mean `permissions`?
    error: config: expected `strict` or `warn`, found `wran`
      at verify.permissions, line 1, column 28
      fix: did you mean `warn`?
    ");
    assert_snapshot!(said_of("verify: {permissions: none}\n"), @"
    error: config: expected `strict` or `warn`, found `none`
      at verify.permissions, line 1, column 10
      fix: write `strict` or `warn`
    ");
}

#[test]
fn entries() {
    assert_snapshot!(said_of("modules: [spam, 5, ~]\n"), @"
    error: config: expected a mapping, found a string
      at modules.<item 0>, line 1, column 11
      fix: write `- module: spam`
    error: config: expected a mapping, found a number
      at modules.<item 1>, line 1, column 17
      fix: write `- module: ` and the plugin's name
    error: config: expected a mapping, found null
      at modules.<item 2>, line 1, column 20
      fix: write `- module: ` and the plugin's name
    ");
    assert_snapshot!(said_of("modules: [{}, {module: }, {module: ''}, {module: 5}]\n"), @"
    error: config: `module` is missing
      at modules.<item 0>, line 1, column 11
      fix: write the plugin's name, or the path of its file: `module: list_spam_checker`
    error: config: `module` is missing
      at modules.<item 1>, line 1, column 15
      fix: write the plugin's name, or the path of its file: `module: list_spam_checker`
    error: config: `module` must not be empty
      at modules.<item 2>.module, line 1, column 28
      fix: write its value, or remove it
    error: config: expected a string, found a number
      at modules.<item 3>.module, line 1, column 42
      fix: put it in quotes
    ");
    assert_snapshot!(said_of("modules: [{module: a, tiemout: 1s, entirely: other}]\n"), @"
    error: module `a`: config: unknown key `tiemout`
      at modules.<item 0>.tiemout, line 1, column 23
      fix: did you mean `timeout`?
    error: module `a`: config: unknown key `entirely`
      at modules.<item 0>.entirely, line 1, column 36
      fix: the keys here are `module`, `config`, `name`, `enabled`, `sha256`, `timeout`, `timeouts`; the module's own go below `config:`
    ");
    assert_snapshot!(said_of("modules: [{module: a, config: [1]}]\n"), @"
    error: module `a`: config: expected a mapping, found a list
      at modules.<item 0>.config, line 1, column 23
      fix: write keys below it, not items: remove the dashes
    ");
    assert_snapshot!(said_of("modules: [{module: a, enabled: 'yes'}]\n"), @"
    error: module `a`: config: expected a boolean, found a string
      at modules.<item 0>.enabled, line 1, column 23
      fix: write `true`, without quotes
    ");
    assert_snapshot!(said_of("modules: [{module: a, enabled: false, confg: {}}]\n"), @"
    error: module `a`: config: unknown key `confg`
      at modules.<item 0>.confg, line 1, column 39
      fix: did you mean `config`?
    ");
    assert_snapshot!(said_of("modules: [{module: a, sha256: abc}]\n"), @"
    error: module `a`: config: a SHA-256 digest has 64 hexadecimal digits, this has 3
      at modules.<item 0>.sha256, line 1, column 23
      fix: copy it from `sha256sum FILE`
    ");
    assert_snapshot!(said_of("modules: [{module: a, sha256: 'sha256:abc'}]\n"), @"
    error: module `a`: config: a SHA-256 digest has 64 hexadecimal digits, this has 3
      at modules.<item 0>.sha256, line 1, column 23
      fix: copy it from `sha256sum FILE`
    ");
}

#[test]
fn names() {
    assert_snapshot!(said_of("modules: [{module: a, name: b}, {module: b, name: b}]\n"), @"
    error: module `b`: config: the name `b` is taken by modules.<item 0>
      at modules.<item 1>.name, line 1, column 45
      fix: give each entry a name of its own
    ");
    assert_snapshot!(said_of("modules: [{module: a, name: a/b}, {module: a, name: .b}]\n"), @"
    error: module `a`: config: `a/b` cannot be a name: it contains a path separator
      at modules.<item 0>.name, line 1, column 23
      fix: use letters, digits, `-` and `_`, as in `evil-list`
    error: module `a-2`: config: `.b` cannot be a name: it begins with a dot
      at modules.<item 1>.name, line 1, column 47
      fix: use letters, digits, `-` and `_`, as in `evil-list`
    ");
    assert_snapshot!(said_of("modules: [{module: a, name: \"a\\nerror: \\e[2J\"}]\n"), @r"
    error: module `a`: config: `a\nerror: \u{1b}[2J` cannot be a name: it contains control characters
      at modules.<item 0>.name, line 1, column 23
      fix: use letters, digits, `-` and `_`, as in `evil-list`
    ");
    let long = "x".repeat(101);
    assert!(said_of(&format!("modules: [{{module: a, name: {long}}}]")).contains("100 bytes"));
    assert_snapshot!(said_of("modules: [{module: a, name: ''}, {module: a, name: 1}]\n"), @"
    error: module `a`: config: `name` must not be empty
      at modules.<item 0>.name, line 1, column 23
      fix: write its value, or remove it
    error: module `a-2`: config: expected a string, found a number
      at modules.<item 1>.name, line 1, column 46
      fix: put it in quotes
    ");
}

#[test]
fn durations() {
    assert_snapshot!(said_of("modules: [{module: a, timeout: 10}]\n"), @"
    error: module `a`: config: the duration `10` has no unit
      at modules.<item 0>.timeout, line 1, column 23
      fix: say which: `10s` or `10ms`
    ");
    assert_snapshot!(said_of("modules: [{module: a, timeout: soon}]\n"), @"
    error: module `a`: config: expected a duration, found `soon`
      at modules.<item 0>.timeout, line 1, column 23
      fix: write a whole number with `ms`, `s`, `m` or `h`, such as `10s`; 0 means no deadline
    ");
    assert_snapshot!(said_of("modules: [{module: a, timeout: 48h}]\n"), @"
    error: module `a`: config: `48h` is longer than a day
      at modules.<item 0>.timeout, line 1, column 23
      fix: write 0 for no deadline
    ");
    assert_snapshot!(said_of("modules: [{module: a, timeouts: {f: [], g: 1s, h: -1s}}]\n"), @"
    error: module `a`: config: expected a duration, found a list
      at modules.<item 0>.timeouts.f, line 1, column 34
      fix: write a whole number with `ms`, `s`, `m` or `h`, such as `10s`; 0 means no deadline
    error: module `a`: config: expected a duration, found `-1s`
      at modules.<item 0>.timeouts.h, line 1, column 48
      fix: write 0 for no deadline
    ");
    assert_snapshot!(said_of("modules: [{module: a, timeouts: 1s}]\n"), @"
    error: module `a`: config: expected a mapping, found a string
      at modules.<item 0>.timeouts, line 1, column 23
      fix: write its keys below `timeouts:`, indented, each as `key: value`
    ");
}

#[test]
fn duplicate_keys() {
    assert_snapshot!(
        said_of("modules:\n- module: a\n  module: b\n  config: {x: 1, 'x': 2}\nmodules: []\n"),
        @"
        error: module `a`: config: the key `module` is given twice
          at modules.<item 0>.module, line 3, column 3
          fix: keep one; the first is on line 2
        error: module `a`: config: the key `x` is given twice
          at modules.<item 0>.config.x, line 4, column 18
          fix: keep one; the first is on line 4
        error: config: the key `modules` is given twice
          at modules, line 5, column 1
          fix: keep one; the first is on line 1
        "
    );
}

#[test]
fn tags() {
    assert_snapshot!(
        said_of("modules: [{module: a, config: {room: !abc:example.com, b: !!str 5, ? !k c : 1}}]"),
        @"
        error: module `a`: config: YAML tags are not supported: `!abc:example.com`
          at modules.<item 0>.config.room, line 1, column 38
          fix: quote the value if it is a room ID
        error: module `a`: config: YAML tags are not supported: `!!str`
          at modules.<item 0>.config.b, line 1, column 59
          fix: remove it, or quote the value if it is meant to begin with `!`
        error: module `a`: config: YAML tags are not supported: `!k`
          at modules.<item 0>.config, line 1, column 70
          fix: remove it, or quote the value if it is meant to begin with `!`
        "
    );
}

#[test]
fn keys() {
    assert_snapshot!(
        said_of("modules:\n- module: a\n  config:\n    1: a\n    true: b\n    ~: c\n    1.5: d\n"),
        @"
        error: module `a`: config: keys must be strings, found null
          at modules.<item 0>.config.null, line 3, column 3
          fix: put the key in quotes
        error: module `a`: config: keys must be strings, found a number
          at modules.<item 0>.config.1, line 4, column 5
          fix: put the key in quotes
        error: module `a`: config: keys must be strings, found a boolean
          at modules.<item 0>.config.true, line 5, column 5
          fix: put the key in quotes
        error: module `a`: config: keys must be strings, found a number
          at modules.<item 0>.config.1.5, line 7, column 5
          fix: put the key in quotes
        "
    );
    assert_snapshot!(said_of("modules: [{module: a, config: {[a, b]: 1, {c: d}: 2}}]\n"), @"
    error: module `a`: config: keys must be strings, found a list
      at modules.<item 0>.config, line 1, column 23
      fix: write each key as one word or a quoted string
    error: module `a`: config: keys must be strings, found a mapping
      at modules.<item 0>.config, line 1, column 23
      fix: write each key as one word or a quoted string
    ");
}

#[test]
fn numbers() {
    assert_snapshot!(
        said_of("modules: [{module: a, config: {a: .nan, b: [0, -.inf]}}]\n"),
        @"
        error: module `a`: config: numbers must be finite
          at modules.<item 0>.config.a, line 1, column 32
          fix: write a number, or quote the value if it is a string
        error: module `a`: config: numbers must be finite
          at modules.<item 0>.config.b.<item 1>, line 1, column 48
          fix: write a number, or quote the value if it is a string
        "
    );
    assert_snapshot!(
        said_of("modules: [{module: a, config: {a: 18446744073709551616, b: -9223372036854775809}}]\n"),
        @"
        error: module `a`: config: the number 18446744073709551616 is too large
          at modules.<item 0>.config.a, line 1, column 32
          fix: quote it if it is a string
        error: module `a`: config: the number -9223372036854775809 is too large
          at modules.<item 0>.config.b, line 1, column 57
          fix: quote it if it is a string
        "
    );
    assert_snapshot!(
        said_of("modules: [{module: a, config: {a: 999999999999999999999999999999999999999999}}]\n"),
        @"
        error: module `a`: config: the number 999999999999999999999999999999999999999999 is too large
          at modules.<item 0>.config.a, line 1, column 35
          fix: quote it if it is a string
        "
    );
}

#[test]
fn anchors() {
    assert_snapshot!(
        said_of("modules:\n- {module: a, config: &c {x: 1}}\n- {module: b, config: {<<: *c}}\n"),
        @"
        error: module `b`: config: merge keys (`<<`) are not supported
          at modules.<item 1>.config, line 3, column 24
          fix: write the keys out; an alias for a whole value (`key: *name`) works
        "
    );
    assert_snapshot!(said_of("modules: [{module: &m a, config: {*m : 1}}]\n"), @"
    error: module `a`: config: an alias cannot be a key
      at modules.<item 0>.config, line 1, column 35
      fix: write the key out
    ");
}

#[test]
fn all_problems_are_reported_from_the_top_down() {
    assert_snapshot!(
        said_of(
            "
modules:
  - module: spam
    confg: {}
  - module: !x other
    timeout: 3
plugin_dir: x
"
        ),
        @"
        error: module `spam`: config: unknown key `confg`
          at modules.<item 0>.confg, line 4, column 5
          fix: did you mean `config`?
        error: module `other`: config: YAML tags are not supported: `!x`
          at modules.<item 1>.module, line 5, column 13
          fix: remove it, or quote the value if it is meant to begin with `!`
        error: module `other`: config: the duration `3` has no unit
          at modules.<item 1>.timeout, line 6, column 5
          fix: say which: `3s` or `3ms`
        error: config: unknown key `plugin_dir`
          at plugin_dir, line 7, column 1
          fix: did you mean `plugins_dir`?
        "
    );
}
