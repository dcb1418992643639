//! Shows that modules get exactly what the operator wrote.

mod doubts;
mod files;
mod keys;
mod messages;
mod properties;
mod services;
mod syntax;
mod values;

use std::time::Duration;

use serde_json::json;

use super::*;

/// The config, which must have no problems.
fn good(yaml: &str) -> Config {
    let config = Config::from_yaml(yaml, Path::new("/etc/hs")).unwrap();
    assert_eq!(config.problems(), [], "{yaml}");
    config
}

fn names(yaml: &str) -> Vec<String> {
    let config = Config::from_yaml(yaml, Path::new("/etc/hs")).unwrap();
    config.entries().iter().map(|entry| entry.name().to_owned()).collect()
}

#[test]
fn everything_given() {
    let digest = "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08";
    let config = good(&format!(
        "
plugins_dir: /opt/plugins
worker_name: worker1
public_baseurl: https://matrix.example.com/
verify: {{permissions: warn}}
data_dir: storage
templates_dir: /etc/templates
slow_poll: 250ms
http: {{allow: [127.0.0.0/8, 'fd00::/8'], proxy: 'http://me:pass@proxy:3128'}}
mail:
  smtp_host: mail.example.com
  smtp_port: 587
  smtp_user: matrix
  smtp_pass: hunter2
  require_transport_security: true
  notif_from: '%(app)s <noreply@example.com>'
  app_name: Example
modules:
  - module: spam
    enabled: false
  - module: list_spam_checker
    config:
      evil_users: ['@evil:example.com']
    name: evil-list
    enabled: true
    sha256: {digest}
    timeout: 500ms
    timeouts: {{check_media_file_for_spam: 2m, user_may_invite: 0}}
"
    ));
    assert_eq!(config.plugins_dir(), Path::new("/opt/plugins"));
    assert_eq!(config.worker_name(), Some("worker1"));
    assert_eq!(config.public_baseurl(), Some("https://matrix.example.com/"));
    assert_eq!(config.verify().permissions, Permissions::Warn);
    assert_eq!(config.data_dir(), Some(Path::new("/etc/hs/storage")));
    assert_eq!(config.templates_dir(), Some(Path::new("/etc/templates")));
    assert_eq!(config.slow_poll(), Some(Duration::from_millis(250)));
    assert_eq!(config.http().allow, ["127.0.0.0/8", "fd00::/8"].map(|n| n.parse().unwrap()));
    assert_eq!(config.http().proxy, Some(Secret::new("http://me:pass@proxy:3128")));
    let mail = Mail {
        smtp_host: "mail.example.com".to_owned(),
        smtp_port: 587,
        login: Some(("matrix".to_owned(), Secret::new("hunter2"))),
        security: MailSecurity::StartTls,
        app_name: "Example".to_owned(),
        ..Mail::new("%(app)s <noreply@example.com>")
    };
    assert_eq!(config.mail(), Some(&mail));
    let shown = format!("{config:?}");
    assert!(!shown.contains("hunter2") && !shown.contains("me:pass"), "{shown}");
    let [entry] = config.entries() else { panic!("a disabled entry was kept") };
    assert_eq!(entry.index(), 1);
    assert_eq!(entry.module(), "list_spam_checker");
    assert_eq!(entry.name(), "evil-list");
    assert_eq!(Value::from(entry.config().clone()), json!({"evil_users": ["@evil:example.com"]}));
    assert_eq!(entry.sha256(), Some(digest.to_lowercase().as_str()));
    assert_eq!(entry.timeout(), Some(Duration::from_millis(500)));
    assert_eq!(entry.timeouts()["check_media_file_for_spam"], Some(Duration::from_secs(120)));
    assert_eq!(entry.timeouts()["user_may_invite"], None);
}

#[test]
fn nothing_given() {
    let empty = [
        "{}",
        "modules:",
        "modules: []",
        "modules: null",
        "verify:",
        "worker_name: ~",
        "http: {allow: }",
        "mail:",
        "data_dir:",
        "slow_poll:",
    ];
    for yaml in empty {
        let config = good(yaml);
        assert!(config.entries().is_empty());
        assert_eq!(config.plugins_dir(), Path::new("/etc/hs/plugins"));
        assert_eq!(config.verify().permissions, Permissions::Strict);
        assert_eq!((config.worker_name(), config.public_baseurl()), (None, None));
        assert_eq!((config.data_dir(), config.templates_dir()), (None, None));
        assert_eq!(config.slow_poll(), Some(Duration::from_secs(1)));
        assert_eq!((config.http(), config.mail()), (&Http::default(), None));
        assert_eq!(config.base(), Path::new("/etc/hs"));
    }
    for entry in ["{module: a}", "{module: a, config: , name: , timeout: , timeouts: , sha256: }"] {
        let config = good(&format!("modules: [{entry}]"));
        let entry = &config.entries()[0];
        assert!(entry.config().is_empty());
        assert_eq!((entry.name(), entry.sha256()), ("a", None));
        assert_eq!(entry.timeout(), Some(Duration::from_secs(10)));
        assert!(entry.timeouts().is_empty());
    }
}

#[test]
fn values_are_exact() {
    let config = good(
        r#"
modules:
  - module: a
    config: {max: 18446744073709551615, min: -9223372036854775808, exp: 1e3, tiny: 5.0e-324,
      tenth: 0.1, hex: 0x1F, zeros: 007, yes: yes, "null": "null", quoted: "1", empty: "",
      "<<": 1, nothing: ~, on: true, text: "a\u0000\tü", block: [[], {}]}
"#,
    );
    assert_eq!(
        Value::from(config.entries()[0].config().clone()),
        json!({
            "max": u64::MAX, "min": i64::MIN, "exp": 1e3, "tiny": 5e-324, "tenth": 0.1,
            "hex": 31, "zeros": "007", "yes": "yes", "null": "null", "quoted": "1", "empty": "",
            "<<": 1, "nothing": null, "on": true, "text": "a\0\tü", "block": [[], {}]
        })
    );
}

#[test]
fn an_alias_is_the_value_of_its_anchor() {
    let config = good("modules: [{module: a, config: {x: &x [1, {y: 2}], again: *x}}]");
    let entry = &config.entries()[0];
    assert_eq!(entry.config()["again"], entry.config()["x"]);
    assert_eq!(entry.locate(&["config", "again", "1", "y"]), Some((1, 43)));
}

#[test]
fn names_are_unique_and_explicit_ones_are_kept() {
    for (entries, expected) in [
        ("{module: x}, {module: x}, {module: x}", vec!["x", "x-2", "x-3"]),
        ("{module: x}, {module: x, name: x-2}, {module: x}", vec!["x", "x-2", "x-3"]),
        ("{module: x}, {module: y, name: x}", vec!["x-2", "x"]),
        ("{module: /opt/libx.so}, {module: ./x.so}, {module: x}", vec!["x", "x-2", "x-3"]),
        ("{module: ./lib.so}, {module: a/my-mod}, {module: a/..}", vec!["lib", "my-mod", "module"]),
        ("{module: x, enabled: false}, {module: x}", vec!["x-2"]),
        ("{module: x-2}, {module: x}, {module: x}", vec!["x-2", "x", "x-3"]),
    ] {
        assert_eq!(names(&format!("modules: [{entries}]")), expected, "{entries}");
    }
}

#[test]
fn paths_and_positions() {
    let config = good(
        "modules:\n- module: spam\n  config:\n    users:\n    - a\n    -   b\n    '<item 1>': {ü: {x: 1}}\n",
    );
    let entry = &config.entries()[0];
    for (below, path, position) in [
        (&[][..], "modules.<item 0>", (2, 3)),
        (&["module"], "modules.<item 0>.module", (2, 3)),
        (&["config"], "modules.<item 0>.config", (3, 3)),
        (&["config", "users"], "modules.<item 0>.config.users", (4, 5)),
        (&["config", "users", "<item 1>"], "modules.<item 0>.config.users.<item 1>", (6, 9)),
        (&["config", "users", "1"], "modules.<item 0>.config.users.1", (6, 9)),
        (&["config", "<item 1>", "ü", "x"], "modules.<item 0>.config.<item 1>.ü.x", (7, 22)),
        (&["config", "users", "7", "x"], "modules.<item 0>.config.users.7.x", (4, 5)),
        (&["config", "gone", "x"], "modules.<item 0>.config.gone.x", (3, 3)),
        (&["sha256"], "modules.<item 0>.sha256", (2, 3)),
    ] {
        assert_eq!(entry.path(below), path);
        assert_eq!(entry.locate(below), Some(position), "{path}");
    }
}

#[test]
fn a_broken_entry_leaves_the_others_and_an_unknown_key_leaves_its_own() {
    let yaml = "modules: [{module: a, config: 1}, {module: b, tiemout: 1s}, {module: c}, 5,
        {module: d, config: {x: .nan}}, {module: e, config: !t {}}, {module: f, module: g},
        {module: h, name: c2}, {module: h, name: c2}]";
    assert_eq!(names(yaml), ["b", "c", "c2"]);
}

#[test]
fn a_poll_is_slow_after_a_while_or_never() {
    assert_eq!(good("slow_poll: 0").slow_poll(), None);
    assert_eq!(good("slow_poll: 2m").slow_poll(), Some(Duration::from_secs(120)));
    let wrong = |yaml| {
        let config = Config::from_yaml(yaml, Path::new("/etc/hs")).unwrap();
        let shown: Vec<String> = config.problems().iter().map(ToString::to_string).collect();
        shown.join("\n")
    };
    insta::assert_snapshot!(wrong("slow_poll: 5"), @"
    error: config: the duration `5` has no unit
      at slow_poll, line 1, column 1
      fix: say which: `5s` or `5ms`
    ");
    insta::assert_snapshot!(wrong("slow_poll: never"), @"
    error: config: expected a duration, found `never`
      at slow_poll, line 1, column 1
      fix: write 0 for no warnings
    ");
    insta::assert_snapshot!(wrong("slow_poll: 2000h"), @"
    error: config: `2000h` is longer than a day
      at slow_poll, line 1, column 1
      fix: write 0 for no warnings
    ");
    insta::assert_snapshot!(wrong("slowpoll: 1s"), @"
    error: config: unknown key `slowpoll`
      at slowpoll, line 1, column 1
      fix: did you mean `slow_poll`?
    ");
}

#[test]
fn a_homeserver_keeps_its_own_keys() {
    let value = json!({
        "server_name": "example.org",
        "public_baseurl": "https://example.org",
        "listenres": [],
        "modules": [{"module": "a"}, {"module": "b", "config": 1}]
    });
    let config =
        Config::from_value(value, &["server_name", "listeners"], Path::new("/etc/hs")).unwrap();
    assert_eq!(config.public_baseurl(), Some("https://example.org"));
    assert_eq!(config.entries().len(), 1);
    assert_eq!(config.entries()[0].locate(&[]), None);
    let shown: Vec<String> = config.problems().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(shown.join("\n"), @"
    error: config: unknown key `listenres`
      at listenres
      fix: the keys here are `plugins_dir`, `modules`, `verify`, `worker_name`, `public_baseurl`, `data_dir`, `http`, `mail`, `templates_dir`, `slow_poll`
    error: module `b`: config: expected a mapping, found a number
      at modules.<item 1>.config
      fix: write its keys below `config:`, indented, each as `key: value`
    ");
    let error = Config::from_value(json!([1]), &[], Path::new("/etc/hs")).unwrap_err();
    insta::assert_snapshot!(error, @"
    error: config: the config must be a mapping, found a list
      fix: begin with a key such as `modules:`
    ");
}

#[test]
fn later_stages_pinpoint_problems() {
    let config = good("modules:\n  - module: a\n    timeouts: {user_may_invit: 1s}\n");
    let problem = Problem::error(Stage::New, "no callback `user_may_invit`");
    insta::assert_snapshot!(config.entries()[0].pinpoint(problem, &["timeouts", "user_may_invit"]), @"
    error: module `a`: new: no callback `user_may_invit`
      at modules.<item 0>.timeouts.user_may_invit, line 3, column 16
    ");
}
