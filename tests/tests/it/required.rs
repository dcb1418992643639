//! Tests that a plugin that requires something that the homeserver lacks is refused before any of
//! its code runs: the plugin used here would end the process while being mapped.

use std::path::PathBuf;

use hsmod_loader::check::{examine_in, trial};
use hsmod_loader::{ABI, Host, Parsed};
use hsmod_tests::build;
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::json;
use tempfile::TempDir;

/// A plugin whose constructor ends the process.
const DEADLY: &str = "bad_constructor";

/// `package` with a manifest that requires `names`, or lacks the key if `None`. The folder must be
/// kept as long as the file is needed.
fn forged(package: &str, names: Option<&[&str]>) -> (TempDir, PathBuf) {
    let mut bytes = std::fs::read(build::plugin(package)).unwrap();
    // Overwrites the part of the manifest about the compiler, padded with spaces.
    let (from, to) = (br#""requires":["#, br#""target":"#);
    let place = |bytes: &[u8], from: usize, text: &[u8]| {
        let mut windows = bytes[from..].windows(text.len());
        windows.position(|window| window == text).map(|at| from + at)
    };
    let requires = names.map(|names| format!(r#""requires":{},"#, json!(names)));
    let new = format!(r#"{}"rustc":"","#, requires.unwrap_or_default());
    let (mut next, mut found) = (0, 0);
    while let Some(start) = place(&bytes, next, from) {
        let end = place(&bytes, start, to).unwrap();
        let blanks = (end - start).checked_sub(new.len()).expect("so much is not said there");
        let text = [new.as_bytes(), " ".repeat(blanks).as_bytes()].concat();
        bytes.splice(start..end, text);
        (next, found) = (end, found + 1);
    }
    assert!(found > 0, "there is no manifest");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("forged");
    std::fs::write(&file, bytes).unwrap();
    (folder, file)
}

/// A scene with a plugin that does no harm unless it is mapped.
fn deadly(names: &[&str]) -> Scene {
    let (_folder, file) = forged(DEADLY, Some(names));
    Scene::new().file(&file, DEADLY, json!({"module": DEADLY}))
}

/// A scene with a plugin that may be mapped.
fn harmless(names: Option<&[&str]>) -> Scene {
    let (_folder, file) = forged("list_spam_checker", names);
    let entry = json!({"module": "list_spam_checker", "config": {"evil_users": []}});
    Scene::new().file(&file, "list_spam_checker", entry)
}

/// Replaces the ABI version, which is the same for plugin and loader.
fn without_abi(text: &str) -> String {
    text.replace(
        &format!("ABI {ABI}, the homeserver speaks {ABI}"),
        "ABI <abi>, the homeserver speaks <abi>",
    )
}

fn calling(names: &[&str]) -> Host {
    Host::new("example.com").calls(names.iter().copied())
}

#[tokio::test]
async fn a_callback_that_this_homeserver_does_not_know() {
    let scene = deadly(&["spam_checker.accept_make_knock"]);
    assert_snapshot!(without_abi(&scene.refusal().await), @"
    error: module `bad_constructor`: inspection: `<folder>/plugins/libbad_constructor.so` needs `spam_checker.accept_make_knock`, which this homeserver does not know (the plugin was built for ABI <abi>, the homeserver speaks <abi>)
      at modules.<item 0>.module, line 4, column 7
      fix: update the homeserver; or, if your config does not need that callback, use a version of the module with `#[callbacks(optional(accept_make_knock))]`
    ");
    // This holds whatever the homeserver calls, since the name is unknown.
    let error = Parsed::new(scene.config()).unwrap_err();
    assert_eq!(error.problems.len(), 1, "{error}");
}

#[tokio::test]
async fn a_callback_that_this_homeserver_never_calls() {
    let host = calling(&["spam_checker.user_may_invite"]);
    let scene = deadly(&["spam_checker.user_may_join_room"]).host(host.clone());
    let refusal = scene.refusal().await;
    assert_snapshot!(refusal, @"
    error: module `bad_constructor`: inspection: `<folder>/plugins/libbad_constructor.so` needs `spam_checker.user_may_join_room`, which this homeserver never calls
      at modules.<item 0>.module, line 4, column 7
      fix: use another homeserver; or, if your config does not need that callback, use a version of the module with `#[callbacks(optional(user_may_join_room))]`
    ");
    let folder = scene.folder().to_string_lossy().into_owned();
    let told = |problem: String| problem.replace(&folder, "<folder>");
    let error = Parsed::of_calls(scene.config(), &host).unwrap_err();
    assert_eq!(told(error.to_string()), refusal);
    let findings = examine_in(scene.config(), &host);
    assert_eq!(told(findings.problems[0].to_string()), refusal);
    assert_eq!(findings.modules[0].requires, ["spam_checker.user_may_join_room"]);
}

#[tokio::test]
async fn a_callback_that_a_newer_synapse_calls() {
    let host = calling(&["spam_checker.user_may_invite"]).synapse("1.132.0");
    let scene = deadly(&["spam_checker.federated_user_may_invite"]);
    assert_snapshot!(scene.host(host).refusal().await, @"
    error: module `bad_constructor`: inspection: `<folder>/plugins/libbad_constructor.so` needs `spam_checker.federated_user_may_invite`, which Synapse calls only from 1.133 on; this is Synapse 1.132.0
      at modules.<item 0>.module, line 4, column 7
      fix: update Synapse; or, if your config does not need that callback, use a version of the module with `#[callbacks(optional(federated_user_may_invite))]`
    ");
}

#[tokio::test]
async fn a_request_that_this_homeserver_does_not_answer() {
    assert_snapshot!(deadly(&["is_user_admin"]).refusal().await, @"
    error: module `bad_constructor`: inspection: `<folder>/plugins/libbad_constructor.so` needs the request `is_user_admin`, which this homeserver does not answer
      at modules.<item 0>.module, line 4, column 7
      fix: use another homeserver
    ");
    assert_snapshot!(deadly(&["send_mail"]).refusal().await, @"
    error: module `bad_constructor`: inspection: `<folder>/plugins/libbad_constructor.so` needs the request `send_mail`, which is not answered: no mail is configured
      at modules.<item 0>.module, line 4, column 7
      fix: set `mail` in the config
    ");
    assert_snapshot!(without_abi(&deadly(&["sing"]).refusal().await), @"
    error: module `bad_constructor`: inspection: `<folder>/plugins/libbad_constructor.so` needs the request `sing`, which this homeserver does not know (the plugin was built for ABI <abi>, the homeserver speaks <abi>)
      at modules.<item 0>.module, line 4, column 7
      fix: update the homeserver
    ");
}

/// Tests the manifest of a real plugin and its effect.
#[tokio::test]
async fn written_callbacks_that_can_deny_are_required_whatever_the_config() {
    let scene = || Scene::new().module("demo", json!({}));
    let info = &scene().load().await.info()[0].clone();
    assert_snapshot!(info.requires.join(" "), @"spam_checker.user_may_create_room");
    assert_eq!(info.optional, Vec::<String>::new());
    assert_snapshot!(scene().host(calling(&["federation"])).refusal().await, @"
    error: module `demo`: inspection: `<folder>/plugins/libdemo.so` needs `spam_checker.user_may_create_room`, which this homeserver never calls
      at modules.<item 0>.module, line 5, column 7
      fix: use another homeserver; or, if your config does not need that callback, use a version of the module with `#[callbacks(optional(user_may_create_room))]`
    ");
}

#[tokio::test]
async fn a_module_that_registers_by_name_requires_nothing_until_it_does() {
    let host = calling(&["spam_checker.user_may_invite"]);
    let config = json!({"callbacks": ["user_may_invite"]});
    let modules = Scene::new().host(host).module("good_recorder", config).load().await;
    let info = &modules.info()[0];
    assert_eq!(info.requires, Vec::<String>::new());
    assert!(info.optional.contains(&"spam_checker.user_may_join_room".to_owned()));
    assert!(info.optional.contains(&"third_party_rules.on_new_event".to_owned()));
}

#[tokio::test]
async fn required_requests_are_checked_once_the_host_is_known() {
    let scene = harmless(Some(&["is_user_admin"]));
    let parsed = Parsed::new(scene.config()).unwrap();
    let error = parsed.make(Host::new("example.com")).await.unwrap_err();
    assert_snapshot!(error, @"
    error: module `list_spam_checker`: inspection: it needs the request `is_user_admin`, which this homeserver does not answer
      at modules.<item 0>.module, line 7, column 7
      fix: use another homeserver
    ");
}

#[tokio::test]
async fn a_trial_warns_of_what_the_homeserver_may_answer_itself() {
    let scene = harmless(Some(&["is_user_admin", "send_mail"]));
    let findings = trial(scene.config(), Host::new("example.com")).await;
    assert_eq!(findings.problems.len(), 1, "{:?}", findings.problems);
    let folder = scene.folder().to_string_lossy().into_owned();
    let told = findings.problems[0].to_string().replace(&folder, "<folder>");
    assert_snapshot!(told, @"
    warning: module `list_spam_checker`: inspection: `<folder>/plugins/liblist_spam_checker.so` needs the request `send_mail`, which is not answered: no mail is configured
      at modules.<item 0>.module, line 7, column 7
      fix: set `mail` in the config, unless the homeserver answers it itself
    ");
}

#[tokio::test]
async fn a_plugin_from_before_this_is_refused_when_it_registers() {
    let scene = harmless(None).host(calling(&["federation"]));
    assert_snapshot!(scene.refusal().await, @"
    error: module `list_spam_checker`: new: it needs `spam_checker.check_event_for_spam`, which this homeserver never calls
      fix: use another homeserver, or use a version of the module that registers it with `.optional(..)`
    ");
}
