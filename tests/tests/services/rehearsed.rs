//! Tests that a rehearsal has no outside effects except the live services, and records what it did
//! not do.

use hsmod_loader::Host;
use hsmod_loader::rehearsal::{Rehearsal, Service};
use hsmod_tests::scene::Scene;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};

use crate::server::{Server, Speaks};
use crate::support::{BOTH, load, said, scene, state, steps};

/// One step for each service, and for a request that only a homeserver can answer.
fn one_of_each() -> Value {
    json!([
        {"migrate": [[1, "CREATE TABLE t (v)"]]}, {"begin": "x"},
        {"execute": "INSERT INTO t VALUES (1)"}, {"commit": null},
        {"get": "http://127.0.0.1:1"},
        {"read": [], "values": {"a.txt": "a"}}, {"render": "a.txt", "values": {}},
        {"mail": "ann@example.com", "values": ["Hello", "", ""]}, {"mail": "nobody"}, {"sleep": 1},
    ])
}

fn rehearsal() -> Rehearsal {
    Rehearsal::new(|group| format!("this test does without {group}"))
}

fn rehearsed(scene: Scene, rehearsal: &Rehearsal) -> Scene {
    let host = Host::new("example.com").rehearsal(rehearsal);
    scene.host(host).module("good_keeper", json!({}))
}

#[tokio::test]
async fn without_anything_live_all_of_it_is_played() {
    let server = Server::held(Speaks::Smtp);
    for way in BOTH {
        let rehearsal = rehearsal();
        let scene = rehearsed(scene().key("mail", server.mail()), &rehearsal);
        let modules = load(way, &scene).await;
        let done = said(&steps(&modules, "keeper", one_of_each()).await);
        allow_duplicates!(assert_snapshot!(done, @r#"
        null
        null
        1
        null
        Unsupported: `http_request` is not answered: this test does without http
        null
        "a"
        null
        `nobody` is not a mail address: give one like `ann@example.com`, without a name
        null
        "#));
        let supported = json!(["run_db_interaction", "read_templates", "send_mail"]);
        assert_eq!(state(&modules).await["supported"], supported, "{way:?}");
        let mails = rehearsal.mails();
        let [mail] = &mails.first[..] else { panic!("{mails:?}") };
        assert_eq!(
            (&*mail.module, &*mail.recipient, &*mail.subject, mails.total),
            ("good_keeper", "ann@example.com", "Hello", 1)
        );
        assert!(!scene.folder().join("data").exists());
    }
    assert_eq!(server.asked(), 0);
}

#[tokio::test]
async fn a_service_without_config_is_not_simulated_either() {
    let modules = load(BOTH[0], &rehearsed(Scene::new(), &rehearsal())).await;
    let asked = json!([{"begin": "x"}, {"mail": "ann@example.com"}]);
    assert_snapshot!(said(&steps(&modules, "keeper", asked).await), @"
    Unsupported: `run_db_interaction` is not answered: no storage is configured: set `data_dir` in the config
    Unsupported: `send_mail` is not answered: no mail is configured: set `mail` in the config
    ");
}

#[tokio::test]
async fn live_services_have_effects() {
    let server = Server::held(Speaks::Smtp);
    let rehearsal = rehearsal().live(Service::Storage).live(Service::Mail);
    let scene = rehearsed(scene().key("mail", server.mail()), &rehearsal);
    let modules = load(BOTH[0], &scene).await;
    let asked = json!([
        {"migrate": []}, {"mail": "ann@example.com", "values": ["Hello", "", ""]},
        {"get": "http://127.0.0.1:1"},
    ]);
    server.answer();
    assert_snapshot!(said(&steps(&modules, "keeper", asked).await), @"
    null
    null
    Unsupported: `http_request` is not answered: this test does without http
    ");
    assert!(scene.folder().join("data/good_keeper.sqlite3").exists());
    assert_eq!((server.asked(), rehearsal.mails().total), (1, 0));
}
