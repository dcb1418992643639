//! Tests that the loader's services behave the same for a plugin and a linked module.

use insta::{allow_duplicates, assert_snapshot};
use serde_json::json;

use crate::server::{Server, Speaks};
use crate::support::{BOTH, keeper, load, said, scene, state, steps};

#[tokio::test]
async fn every_service_answers_both() {
    let [http, mail] = [Speaks::Http, Speaks::Smtp].map(Server::held);
    http.answer();
    mail.answer();
    let insert = "INSERT INTO t VALUES (?)";
    let list = json!([
        {"begin": "first"}, {"execute": insert, "values": ["ü"]}, {"commit": null},
        {"begin": "second"}, {"execute": insert, "values": [2]}, {"drop": null},
        {"begin": "third"}, {"query": "SELECT v FROM t"}, {"query": "SELECT"}, {"drop": null},
        {"migrate": [[2, "CREATE TABLE t (v)"]]},
        {"get": http.url()}, {"fetch": http.url(), "values": ["PUT", "body"]},
        {"fetch": "http://10.0.0.1"},
        {"read": ["a.html"], "values": {"a.html": "{{ name }}"}},
        {"render": "a.html", "values": {"name": "<b>"}},
        {"mail": "ann@example.com", "values": ["Hello", "", "Hi"]}, {"mail": "ann"},
        {"sleep": 1},
    ]);
    for way in BOTH {
        let scene = scene().key("mail", mail.mail()).module("good_keeper", keeper("keeper"));
        let modules = load(way, &scene).await;
        let done = steps(&modules, "keeper", list.clone()).await;
        allow_duplicates!(assert_snapshot!(said(&done), @r#"
        null
        1
        null
        null
        1
        null
        null
        [{"v":"ü"}]
        incomplete input
        null
        migration 2 failed: table t already exists, at byte 13 of the statement
        {}
        {"body":"{}","status":200,"type":null}
        `10.0.0.1` is a private address, which modules may not reach: if they should, list it under `http.allow` in the config
        null
        "&lt;b&gt;"
        null
        `ann` is not a mail address: give one like `ann@example.com`, without a name
        null
        "#));
        let supported =
            json!(["run_db_interaction", "http_request", "read_templates", "send_mail"]);
        assert_eq!(state(&modules).await["supported"], supported, "{way:?}");
    }
}
