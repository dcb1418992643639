//! Tests that a module's log lines have its name, wherever its code runs, even if a plugin is
//! listed twice or two homeservers run in one process.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hsmod_loader::{Json, Modules};
use hsmod_tests::scene::Scene;
use serde_json::json;

use crate::lines::{self, line};

/// A homeserver with a `good_logger` of each of these names.
async fn homeserver(names: &[&str]) -> Modules {
    lines::listen();
    let entry =
        |name: &str| json!({"module": "good_logger", "name": name, "config": {"name": name}});
    let scene =
        names.iter().fold(Scene::new(), |scene, name| scene.entry("good_logger", entry(name)));
    scene.load().await
}

fn message(body: &str) -> String {
    json!({
        "event_id": "$1", "room_id": "!r:example.com", "sender": "@a:example.com",
        "type": "m.room.message", "origin_server_ts": 1, "content": {"body": body},
    })
    .to_string()
}

/// The lines of these modules that have the wrong module's name.
fn misnamed(names: &[&str]) -> Vec<lines::Line> {
    let wrong = |name: &&str| {
        let name = (*name).to_owned();
        lines::of(&name).into_iter().filter(move |line| line.module.as_ref() != Some(&name))
    };
    names.iter().flat_map(wrong).collect()
}

async fn check(modules: &Modules, body: &str) {
    let event = message(body);
    modules.spam_checker().check_event_for_spam(Json(&event)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_the_modules_own_wherever_it_runs_and_however_often_its_plugin_is_listed() {
    let names = ["first", "second"];
    let modules = homeserver(&names).await;
    check(&modules, "hi").await;
    for name in names {
        for what in ["parse_config", "new", "start", "background", "deferred", "thread", "checked"]
        {
            line(&format!("{what} of {name}"));
        }
    }
    // Entries of other tests in this process may be included.
    assert!(modules.invalidate_cache("good_logger.left", r#""key""#) >= 2);
    modules.shutdown(Duration::from_secs(60)).await;
    drop(modules);
    for name in names {
        for what in ["dropped cache", "shutdown", "gone"] {
            line(&format!("{what} of {name}"));
        }
    }
    assert_eq!(misnamed(&names), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_homeservers_of_one_process_have_names_of_their_own() {
    let names = ["of the one", "of the other"];
    let (one, other) = (homeserver(&names[..1]).await, homeserver(&names[1..]).await);
    check(&one, "hi").await;
    check(&other, "hi").await;
    for modules in [&other, &one] {
        modules.shutdown(Duration::from_secs(60)).await;
    }
    drop((one, other));
    for name in names {
        for what in ["start", "background", "checked", "shutdown", "gone"] {
            line(&format!("{what} of {name}"));
        }
    }
    assert_eq!(misnamed(&names), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_call_is_dropped_with_the_name_of_its_module() {
    let names = ["left", "beside"];
    let modules = homeserver(&names).await;
    {
        let event = message("wait");
        let mut call = pin!(modules.spam_checker().check_event_for_spam(Json(&event)));
        let mut context = Context::from_waker(Waker::noop());
        assert!(matches!(call.as_mut().poll(&mut context), Poll::Pending));
    }
    line("dropped future of left");
    let provider = modules.password_auth_provider();
    let login = provider.check_auth("a", "m.login.password", Json(r#"{"password": "x"}"#));
    drop(login.await.unwrap().unwrap());
    line("dropped login of left");
    assert_eq!(misnamed(&names), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thread_that_does_not_say_whose_it_is_nothing_is_known() {
    let _modules = homeserver(&["alone"]).await;
    assert_eq!(line("alone, in a lone thread").module, None);
    // But spans that begin inside the module have its name.
    let line = line("alone, in a spanned thread");
    assert_eq!((line.module, line.spans), (None, vec!["threads(module=alone)".to_owned()]));
}
