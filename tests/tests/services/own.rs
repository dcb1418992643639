//! Tests that the loader does not answer a group of requests that the homeserver answers itself.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hsmod_loader::requests::{Http, Mail, Storage, Templates};
use hsmod_loader::values::{JsonStr, ModuleError};
use hsmod_loader::{Host, HttpResponse, WebResponse, requests};
use insta::assert_snapshot;
use serde_json::json;

use crate::server::{Server, Speaks};
use crate::support::{BOTH, load, said, scene, state, steps, until};

/// A homeserver with its own services, some of which are incomplete.
struct Own;

#[requests]
impl Storage for Own {
    async fn run_db_interaction(&self, desc: &str) -> Result<i64, ModuleError> {
        Err(ModuleError::new(format_args!("the homeserver's storage is full: {desc}")))
    }
}

#[requests]
impl Http for Own {
    async fn http_request(&self, _: &JsonStr, body: &[u8]) -> Result<HttpResponse, ModuleError> {
        Ok(HttpResponse::new(WebResponse::new(299, body)))
    }
}

#[requests]
impl Mail for Own {
    async fn send_mail(&self, to: &str, _: &str, _: &str, _: &str) -> Result<(), ModuleError> {
        Err(ModuleError::new(format_args!("the homeserver sends no mail to {to}")))
    }
}

#[requests]
impl Templates for Own {
    async fn read_templates(&self, _: &JsonStr, _: &JsonStr) -> Result<i64, ModuleError> {
        Ok(1)
    }

    async fn render_template(
        &self,
        templates: i64,
        name: &str,
        _: &JsonStr,
    ) -> Result<String, ModuleError> {
        Ok(format!("the homeserver's {name} of {templates}"))
    }
}

/// Hands out templates and records which are released.
#[derive(Default)]
struct Library {
    given_out: AtomicI64,
    given_up: Mutex<Vec<i64>>,
}

#[requests]
impl Templates for Library {
    async fn read_templates(&self, _: &JsonStr, _: &JsonStr) -> Result<i64, ModuleError> {
        Ok(self.given_out.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn give_up(&self, number: i64) {
        self.given_up.lock().unwrap().push(number);
    }
}

#[tokio::test]
async fn the_homeserver_is_told_which_of_its_resources_are_no_longer_needed() {
    for way in BOTH {
        let library = Arc::new(Library::default());
        let host = Host::new("example.com").templates(Arc::downgrade(&library));
        let modules = load(way, &scene().host(host).module("good_keeper", json!({}))).await;
        let read = json!({"read": [], "values": {}});
        // The loader's own numbers are separate.
        let list = json!([{"begin": "x"}, read, read, {"commit": null}, read]);
        let done = steps(&modules, "keeper", list).await;
        assert!(!done.to_string().contains("error"), "{done}");
        assert_eq!(*library.given_up.lock().unwrap(), [1, 2], "{way:?}");
        modules.shutdown(Duration::from_secs(60)).await;
        drop(modules);
        until("the last one", async || library.given_up.lock().unwrap().len() == 3).await;
    }
}

#[tokio::test]
async fn the_homeservers_own_groups_go_first_and_the_loader_answers_the_others() {
    let answers: [fn(Host) -> Host; 4] = [
        |host| host.storage(Own),
        |host| host.http(Own),
        |host| host.mail(Own),
        |host| host.templates(Own),
    ];
    let server = Server::held(Speaks::Smtp);
    server.answer();
    let list = json!([
        // The loader answers nothing in a group that the homeserver answers.
        {"migrate": []}, {"begin": "x"},
        {"fetch": "http://10.0.0.1", "values": ["PUT", "body"]},
        {"mail": "ann@example.com"},
        {"read": [], "values": {"a.txt": "a"}}, {"render": "a.txt", "values": {}},
    ]);
    let mut told = vec![String::new(); BOTH.len()];
    for answer in answers {
        let host = answer(Host::new("example.com"));
        let scene = scene().key("mail", server.mail()).host(host).module("good_keeper", json!({}));
        for (way, told) in BOTH.into_iter().zip(&mut told) {
            let modules = load(way, &scene).await;
            let done = steps(&modules, "keeper", list.clone()).await;
            let supported = &state(&modules).await["supported"];
            *told += &format!("{}\n{supported}\n\n", said(&done));
            modules.shutdown(Duration::from_secs(60)).await;
        }
    }
    assert_eq!(told[0], told[1]);
    assert_snapshot!(told[0], @r#"
    Unsupported: this homeserver does not answer `migrate_db`
    the homeserver's storage is full: x
    `10.0.0.1` is a private address, which modules may not reach: if they should, list it under `http.allow` in the config
    null
    null
    "a"
    ["run_db_interaction","http_request","read_templates","send_mail"]

    null
    null
    {"body":"body","status":299,"type":null}
    null
    null
    "a"
    ["run_db_interaction","http_request","read_templates","send_mail"]

    null
    null
    `10.0.0.1` is a private address, which modules may not reach: if they should, list it under `http.allow` in the config
    the homeserver sends no mail to ann@example.com
    null
    "a"
    ["run_db_interaction","http_request","read_templates","send_mail"]

    null
    null
    `10.0.0.1` is a private address, which modules may not reach: if they should, list it under `http.allow` in the config
    null
    null
    "the homeserver's a.txt of 1"
    ["run_db_interaction","http_request","read_templates","send_mail"]
    "#);
}
