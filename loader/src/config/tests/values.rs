//! Shows the messages about values that their keys do not accept.

use insta::assert_snapshot;

use super::messages::said_of;

#[test]
fn booleans() {
    assert_snapshot!(said_of("modules: [{module: a, enabled: 'true'}, {module: b, enabled: yes}, {module: c, enabled: 0}, {module: d, enabled: maybe}]\n"), @"
    error: module `a`: config: expected a boolean, found a string
      at modules.<item 0>.enabled, line 1, column 23
      fix: write `true`, without quotes
    error: module `b`: config: expected a boolean, found a string
      at modules.<item 1>.enabled, line 1, column 53
      fix: write `true`, without quotes
    error: module `c`: config: expected a boolean, found a number
      at modules.<item 2>.enabled, line 1, column 80
      fix: write `false`, without quotes
    error: module `d`: config: expected a boolean, found a string
      at modules.<item 3>.enabled, line 1, column 105
      fix: write `true` or `false`
    ");
}

#[test]
fn digests() {
    assert_snapshot!(said_of("modules: [{module: a, sha256: abc}]\n"), @"
    error: module `a`: config: a SHA-256 digest has 64 hexadecimal digits, this has 3
      at modules.<item 0>.sha256, line 1, column 23
      fix: copy it from `sha256sum FILE`
    ");
    assert_snapshot!(said_of("modules: [{module: a, sha256: 'sha256:9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08'}]\n"), @"
    error: module `a`: config: a SHA-256 digest has 64 hexadecimal digits and nothing else
      at modules.<item 0>.sha256, line 1, column 23
      fix: write `9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08`
    ");
    assert_snapshot!(said_of("modules: [{module: a, sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  libdemo.so'}]\n"), @"
    error: module `a`: config: a SHA-256 digest has 64 hexadecimal digits and nothing else
      at modules.<item 0>.sha256, line 1, column 23
      fix: write `9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`
    ");
    assert_snapshot!(said_of("modules: [{module: a, sha256: n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=}]\n"), @"
    error: module `a`: config: a SHA-256 digest has 64 hexadecimal digits and nothing else
      at modules.<item 0>.sha256, line 1, column 23
      fix: copy it from `sha256sum FILE`
    ");
    assert_snapshot!(said_of("modules: [{module: a, sha256: da39a3ee5e6b4b0d3255bfef95601890afd80709}]\n"), @"
    error: module `a`: config: a SHA-256 digest has 64 hexadecimal digits, this has 40, as SHA-1 has
      at modules.<item 0>.sha256, line 1, column 23
      fix: copy it from `sha256sum FILE`
    ");
    assert_snapshot!(said_of("modules: [{module: a, sha256: 9986081884076596502490055501503424112208221361561500040821111111}]\n"), @"
    error: module `a`: config: expected a string, found a number
      at modules.<item 0>.sha256, line 1, column 23
      fix: put it in quotes
    error: module `a`: config: the number 9986081884076596502490055501503424112208221361561500040821111111 is too large
      at modules.<item 0>.sha256, line 1, column 31
      fix: quote it if it is a string
    ");
}

#[test]
fn durations() {
    assert_snapshot!(said_of("modules: [{module: a, timeout: 010, timeouts: {x: 1m30s, y: yes, z: never}}]\n"), @"
    error: module `a`: config: the duration `010` has no unit
      at modules.<item 0>.timeout, line 1, column 23
      fix: say which: `10s` or `10ms`
    error: module `a`: config: expected a duration, found `1m30s`
      at modules.<item 0>.timeouts.x, line 1, column 48
      fix: did you mean `90s`?
    error: module `a`: config: expected a duration, found `yes`
      at modules.<item 0>.timeouts.y, line 1, column 58
      fix: write a whole number with `ms`, `s`, `m` or `h`, such as `10s`; 0 means no deadline
    error: module `a`: config: expected a duration, found `never`
      at modules.<item 0>.timeouts.z, line 1, column 66
      fix: write 0 for no deadline
    ");
}
