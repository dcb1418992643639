//! Tests the pings at the start.

use super::*;

/// Builds the answer to a ping with this `id`.
type Pong = fn(String) -> Value;

fn answer(host: &FakeHost, status: u16, pong: Pong) {
    host.answer_by("http_request", move |arguments| {
        let body: Value = serde_json::from_str(arguments[1].as_str().unwrap()).unwrap();
        let pong = pong(body["id"].as_str().unwrap().to_owned()).to_string();
        Ok(HttpResponse::new(WebResponse::new(status, pong)))
    });
}

#[test]
fn it_pings_until_the_service_answers_as_it_should() {
    let host = host();
    host.fail("http_request", ModuleError::new("it is down"));
    let module = module(&host, json!({"do_ping": true}));
    block_on(module.advance(Duration::ZERO));
    assert_eq!(asked(&host).len(), 1);
    block_on(module.advance(Duration::from_millis(4_999)));
    assert_eq!(asked(&host).len(), 0);
    block_on(module.advance(Duration::from_millis(1)));
    assert_eq!(asked(&host).len(), 1);
    let wrong: [(u16, Pong); 5] = [
        (200, |id| json!({"id": id, "status": "bad"})),
        (200, |_| json!({"id": "another", "status": "ok"})),
        (200, |id| json!({"id": id})),
        (200, |_| json!("ok")),
        (500, |id| json!({"id": id, "status": "ok"})),
    ];
    let mut ids = Vec::new();
    for (status, pong) in wrong {
        answer(&host, status, pong);
        block_on(module.advance(Duration::from_secs(5)));
        ids.extend(asked(&host));
    }
    answer(&host, 200, |id| json!({"id": id, "status": "ok", "more": 1}));
    block_on(module.advance(Duration::from_secs(5)));
    ids.extend(asked(&host));
    assert_eq!(ids.len(), 6);
    for (path, body) in &ids {
        let id = body["id"].as_str().unwrap();
        assert_eq!((&**path, id.len()), ("/ping", 8));
        assert!(id.chars().all(|letter| letter.is_ascii_alphabetic()), "{id}");
        assert_eq!(ids.iter().filter(|(_, other)| other == body).count(), 1, "{id} twice");
    }
    block_on(module.advance(Duration::from_secs(60)));
    assert_eq!(asked(&host), []);
    assert_eq!(module.take_failures(), []);
}

#[test]
fn pings_end_with_the_module_and_are_not_made_unless_wanted() {
    let host = host();
    host.fail("http_request", ModuleError::new("it is down"));
    let pinging = module(&host, json!({"do_ping": true}));
    block_on(pinging.advance(Duration::ZERO));
    assert_eq!(asked(&host).len(), 1);
    block_on(pinging.shutdown()).unwrap();
    block_on(pinging.advance(Duration::from_secs(60)));
    assert_eq!(asked(&host), []);

    let quiet = module(&host, json!({}));
    block_on(quiet.advance(Duration::from_secs(60)));
    assert_eq!(asked(&host), []);
}
