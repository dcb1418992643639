//! Tests that requests are not answered in a trial, and that a module that needs an answer to start
//! is not blamed.

use hsmod_loader::Host;
use hsmod_loader::check::trial;
use hsmod_loader::values::{ModuleError, Unanswered};
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::asker::{ask, loaded, unanswered};
use super::cases::arguments;
use super::host::{Behaviour, Homeserver, KNOWN, host};

#[tokio::test]
async fn no_request_is_answered_in_a_trial() {
    let server = Homeserver::new(Behaviour::Panic);
    let modules = loaded(&host(&server).trial(), json!({})).await;
    for request in KNOWN {
        let outcome = ask(&modules, request.0, &arguments(request)[1]).await;
        let message = format!("`{}` is not answered in a trial", request.0);
        assert_eq!(unanswered(&outcome), ("Trial", &*message));
    }
    assert_eq!(server.answers(), (0, 0));
}

fn asking(name: &str, stage: &str) -> Value {
    let request = json!({"request": "is_user_admin", "args": {"user_id": "@a:b"}});
    json!({"name": name, "during": {stage: [request]}})
}

fn three() -> Scene {
    Scene::new()
        .module("good_asker", asking("a", "new"))
        .module("good_asker", asking("b", "start"))
        .module("good_asker", asking("c", "shutdown"))
}

#[tokio::test]
async fn a_start_that_only_lacks_answers_in_a_trial_is_a_warning() {
    let findings = trial(three().config(), Host::new("example.com")).await;
    let text: Vec<_> = findings.problems.iter().map(ToString::to_string).collect();
    assert_snapshot!(text.join("\n"), @"
    warning: module `good_asker`: new: `is_user_admin` is not answered in a trial
      fix: start the homeserver to see whether the module starts: a trial cannot tell
    warning: module `good_asker-2`: start: `is_user_admin` is not answered in a trial
      fix: start the homeserver to see whether the module starts: a trial cannot tell
    warning: module `good_asker-3`: shutdown: `is_user_admin` is not answered: the module is being shut down
      fix: this is a bug in the module: report it to its author
    ");
    assert!(findings.problems.iter().all(|problem| !problem.is_error()));
    // Earlier registrations are reported.
    assert!(findings.modules[1].web.contains(&"/_synapse/client/b/ask".to_owned()));
}

#[tokio::test]
async fn a_start_that_lacks_answers_otherwise_is_an_error() {
    // This error counts only if the loader itself produced it.
    let error = ModuleError::not_answered(Unanswered::Trial, "not today");
    let server = Homeserver::new(Behaviour::Fail(error));
    let scene = Scene::new().host(host(&server)).module("good_asker", asking("b", "start"));
    assert_snapshot!(scene.refusal().await, @"
    error: module `good_asker`: start: not today
      fix: fix what the message says, or remove the module
    ");
    let scene = Scene::new().module("good_asker", asking("b", "start"));
    assert_snapshot!(scene.refusal().await, @"
    error: module `good_asker`: start: this homeserver does not answer `is_user_admin`
      fix: fix what the message says, or remove the module
    ");
}
