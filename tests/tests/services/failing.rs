//! Tests the errors for a service that fails or is slow.

use std::net::TcpListener;
use std::time::Duration;

use insta::{allow_duplicates, assert_snapshot};
use serde_json::json;

use crate::server::{Server, Speaks};
use crate::support::{AtOnce, BOTH, keeper, load, said, scene, steps, until};

#[tokio::test]
async fn failing_services_are_named() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mail = json!({
        "smtp_host": "127.0.0.1", "smtp_port": free, "enable_tls": false,
        "notif_from": "Matrix <noreply@example.com>",
    });
    let list = json!([
        {"begin": "x"}, {"migrate": []}, {"get": format!("http://127.0.0.1:{free}/")},
        {"mail": "ann@example.com"},
        {"read": ["a.txt"], "values": {"a.txt": ""}},
    ]);
    for way in BOTH {
        let scene = scene()
            .key("mail", mail.clone())
            .key("templates_dir", json!("nowhere"))
            .module("good_keeper", json!({}));
        let at = |name| scene.folder().join(name);
        std::fs::create_dir(at("nowhere")).unwrap();
        let modules = load(way, &scene).await;
        // Something valid at the start may break later: here a file replaces a folder.
        std::fs::write(at("data"), "").unwrap();
        std::fs::remove_dir(at("nowhere")).unwrap();
        let said = said(&steps(&modules, "keeper", list.clone()).await);
        let said = said.replace(&*scene.folder().to_string_lossy(), "<folder>");
        let said = said.replace(&free.to_string(), "<port>");
        allow_duplicates!(assert_snapshot!(said, @"
        storage `<folder>/data` cannot be opened: File exists (os error 17)
        storage `<folder>/data` cannot be opened: File exists (os error 17)
        cannot connect to `127.0.0.1`: Connection refused (os error 111)
        the mail server `127.0.0.1:<port>` cannot be used: Connection refused (os error 111)
        template `<folder>/nowhere` cannot be used: No such file or directory (os error 2)
        "));
    }
}

#[tokio::test]
async fn slow_services_are_cancelled() {
    for way in BOTH {
        let [http, mail] = [Speaks::Http, Speaks::Smtp].map(Server::held);
        let scene = scene().key("mail", mail.mail()).module("good_keeper", keeper("keeper"));
        let modules = load(way, &scene).await;
        let lists = [
            json!([{"render": "endless.txt", "values": {}}]),
            json!([{"get": http.url()}]),
            json!([{"mail": "ann@example.com", "values": ["Hello", "", "Hi"]}]),
        ];
        let mut slow = AtOnce::new(lists.map(|list| steps(&modules, "keeper", list)));
        slow.until_ended(1).await;
        until("both are asked", async || http.asked() + mail.asked() == 2).await;
        tokio::time::pause();
        while slow.ended.len() < 3 {
            tokio::time::advance(Duration::from_secs(1)).await;
            slow.until_ended(0).await;
        }
        tokio::time::resume();
        let port = mail.mail()["smtp_port"].to_string();
        let said = said(&slow.ended.iter().map(|done| done[0].clone()).collect());
        allow_duplicates!(assert_snapshot!(said.replace(&port, "<port>"), @"
        template `endless.txt`, line 1 fails: it takes too many steps
        `127.0.0.1` did not answer in full within 60s
        the mail server `127.0.0.1:<port>` did not take the mail within 120s
        "));
        until("both are let go", async || http.hung_up() + mail.hung_up() == 2).await;
    }
}
