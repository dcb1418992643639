//! Tests that a start logs which modules run, what they registered, and any warnings.

use hsmod_loader::check::trial;
use hsmod_loader::{Host, Modules};
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::json;
use tracing::level_filters::LevelFilter;

use crate::log::{Line, Log};

/// The loader's own lines about a start, with their fields.
fn announced(log: &Log, scene: &Scene) -> String {
    let ours =
        |line: &Line| matches!(&*line.target, "hsmod_loader::start" | "hsmod_loader::warnings");
    let lines = log.take().into_iter().filter(ours);
    let shown = lines.map(|line| format!("{} {}", line.level, json!(line.fields)));
    let text = shown.collect::<Vec<_>>().join("\n");
    text.replace(&*scene.folder().to_string_lossy(), "<folder>")
}

/// Removes the digests of files, which differ between builds.
fn without_digests(text: &str, modules: &Modules) -> String {
    modules.info().iter().fold(text.to_owned(), |text, info| {
        text.replace(&info.sha256.as_deref().unwrap_or_default()[..12], "<digest>")
    })
}

#[tokio::test]
async fn modules_and_warnings_are_lines_of_the_log() {
    let scene = Scene::new()
        .module("demo", json!({}))
        .module("bad_forgets", json!({"registers": ["spam_checker"]}))
        .module("bad_idle", json!({"works": true}));
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    let modules = scene.load().await;
    assert_snapshot!(without_digests(&announced(&log, &scene), &modules), @r#"
    INFO {"callbacks":"spam_checker.user_may_create_room","file":"<folder>/plugins/libdemo.so","message":"the module has started","module":"demo","plugin":"demo","sha256":"<digest>","version":"0.9.0","web":"/_synapse/client/demo/hello/*"}
    INFO {"callbacks":"spam_checker.check_event_for_spam, spam_checker.user_may_invite","file":"<folder>/plugins/libbad_forgets.so","message":"the module has started","module":"bad_forgets","plugin":"bad_forgets","sha256":"<digest>","version":"0.9.0"}
    INFO {"file":"<folder>/plugins/libbad_idle.so","message":"the module has started","module":"bad_idle","plugin":"bad_idle","sha256":"<digest>","version":"0.9.0"}
    WARN {"line":13,"message":"it implements `account_validity.is_user_expired`, but does not register it, so it is never asked (fix: ask the module's author: `api.register_account_validity_callbacks(&module)` is missing, or `.only(..)` if it is left out on purpose)","module":"bad_forgets","path":"modules.<item 1>.module"}
    "#);
}

#[tokio::test]
async fn a_refused_start_is_an_error_and_no_line_of_the_log() {
    let scene = Scene::new()
        .module("bad_forgets", json!({"registers": []}))
        .module("bad_panics", json!({"where": "start"}));
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    let refusal = scene.refusal().await;
    assert!(refusal.contains("warning: module `bad_forgets`") && refusal.contains("panicked"));
    assert_eq!(announced(&log, &scene), "");
}

#[tokio::test]
async fn a_trial_returns_what_it_finds_and_logs_none_of_it() {
    let scene = Scene::new().module("bad_forgets", json!({"registers": ["spam_checker"]}));
    let (log, _listening) = Log::listen(LevelFilter::INFO);
    let found = trial(scene.config(), Host::new("example.com")).await;
    assert!(found.problems.iter().any(|problem| problem.message.contains("does not register it")));
    assert_eq!(announced(&log, &scene), "");
}
