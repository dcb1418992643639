//! Tests the errors for a service that is not configured, and in a trial.

use hsmod_loader::Host;
use hsmod_tests::scene::Scene;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};

use crate::server::{Server, Speaks};
use crate::support::{BOTH, load, said, scene, state, steps};

/// One step for each service.
fn one_of_each() -> Value {
    json!([
        {"migrate": []}, {"begin": "x"}, {"get": "http://127.0.0.1:1"},
        {"read": [], "values": {"a.txt": "a"}}, {"render": "a.txt", "values": {}},
        {"mail": "ann@example.com"}, {"sleep": 1},
    ])
}

#[tokio::test]
async fn a_service_without_config_is_unsupported_and_says_what_to_configure() {
    for way in BOTH {
        let modules = load(way, &Scene::new().module("good_keeper", json!({}))).await;
        let done = steps(&modules, "keeper", one_of_each()).await;
        allow_duplicates!(assert_snapshot!(said(&done), @r#"
        Unsupported: `migrate_db` is not answered: no storage is configured: set `data_dir` in the config
        Unsupported: `run_db_interaction` is not answered: no storage is configured: set `data_dir` in the config
        `127.0.0.1` is a loopback address, which modules may not reach: if they should, list it under `http.allow` in the config
        null
        "a"
        Unsupported: `send_mail` is not answered: no mail is configured: set `mail` in the config
        null
        "#));
        let supported = json!(["http_request", "read_templates"]);
        assert_eq!(state(&modules).await["supported"], supported, "{way:?}");
    }
}

#[tokio::test]
async fn in_a_trial_nothing_leaves_the_process() {
    let server = Server::held(Speaks::Smtp);
    let configured = scene().key("mail", server.mail());
    for (keys, supported) in [
        (configured, json!(["run_db_interaction", "http_request", "read_templates", "send_mail"])),
        (Scene::new(), json!(["http_request", "read_templates"])),
    ] {
        let trial = Host::new("example.com").trial();
        let scene = keys.host(trial).module("good_keeper", json!({}));
        let mut told = Vec::new();
        for way in BOTH {
            let modules = load(way, &scene).await;
            told.push(said(&steps(&modules, "keeper", one_of_each()).await));
            assert_eq!(state(&modules).await["supported"], supported, "{way:?}");
        }
        assert_eq!(told[0], told[1]);
        if supported.as_array().unwrap().len() == 4 {
            assert_snapshot!(told[0], @r#"
            null
            null
            Trial: `http_request` is not answered in a trial
            null
            "a"
            Trial: `send_mail` is not answered in a trial
            null
            "#);
        } else {
            assert_snapshot!(told[0], @r#"
            Unsupported: `migrate_db` is not answered: no storage is configured: set `data_dir` in the config
            Unsupported: `run_db_interaction` is not answered: no storage is configured: set `data_dir` in the config
            Trial: `http_request` is not answered in a trial
            null
            "a"
            Unsupported: `send_mail` is not answered: no mail is configured: set `mail` in the config
            null
            "#);
        }
    }
    assert_eq!(server.asked(), 0);
}
