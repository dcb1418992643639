//! Tests that the deadline of a callback ends everything that the loader is doing for it: nothing
//! keeps waiting, nothing is left incomplete, and no place in a queue is lost.

use std::time::Duration;

use hsmod_loader::{CallErrorKind, FailureKind, Json, Modules};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::server::{Server, Speaks};
use crate::support::{BOTH, keeper, load, scene, state, steps, until};

/// The number of concurrent callbacks. Three times that exceeds the limit of concurrent requests.
const CALLS: usize = 100;
const ROUNDS: usize = 3;

/// What a callback is doing when its time is over.
struct Middle {
    list: Value,
    /// The number of callbacks that get that far; the others wait for their turn.
    begun: usize,
    /// Steps to run afterwards, and their outcome.
    then: Value,
    done: Value,
}

fn cases(http: &Server) -> Vec<Middle> {
    let insert = json!({"execute": "INSERT INTO t VALUES (1)"});
    let count = json!({"query": "SELECT count(*) AS n FROM t"});
    vec![
        Middle {
            list: json!([{"fetch": http.url()}]),
            begun: 32,
            then: json!([{"get": http.url()}]),
            done: json!([{}]),
        },
        Middle {
            list: json!([{"mail": "ann@example.com", "values": ["Hello", "", "Hi"]}]),
            begun: 4,
            then: json!([{"mail": "ann@example.com", "values": ["Hello", "", "Hi"]}]),
            done: json!([null]),
        },
        Middle {
            list: json!([{"begin": "never"}, insert, {"pause": u32::MAX}]),
            begun: 1,
            then: json!([{"begin": ""}, count, insert, {"drop": null}]),
            done: json!([null, [{"n": 0}], 1, null]),
        },
        Middle {
            list: json!([{"sleep": 3_600_000}]),
            begun: CALLS,
            then: json!([{"sleep": 1}]),
            done: json!([null]),
        },
        Middle {
            // More than it has time for.
            list: vec![json!({"render": "slow.txt", "values": {}}); 200].into(),
            begun: 0,
            then: json!([{"render": "short.txt", "values": {"n": 1}}]),
            done: json!(["1"]),
        },
    ]
}

async fn asks(modules: Modules, list: Value) -> CallErrorKind {
    let event = json!({
        "event_id": "$1", "room_id": "!r:b", "sender": "@a:b", "type": "m.room.message",
        "origin_server_ts": 1, "content": {"steps": list},
    });
    let event = event.to_string();
    modules.spam_checker().check_event_for_spam(Json(&event)).await.unwrap_err().kind()
}

#[tokio::test]
async fn a_deadline_ends_all_of_it_and_gives_the_places_back() {
    for way in BOTH {
        for case in 0.. {
            let [http, mail] = [Speaks::Http, Speaks::Smtp].map(Server::held);
            let Some(Middle { list, begun, then, done }) = cases(&http).into_iter().nth(case)
            else {
                break;
            };
            let what = format!("{way:?}: {}", list[0]);
            let scene = scene().key("mail", mail.mail()).module("good_keeper", keeper("keeper"));
            let modules = load(way, &scene).await;
            // Either one of these servers is reached, or the module itself waits.
            let asked = || http.asked() + mail.asked();
            let hung_up = || http.hung_up() + mail.hung_up();
            let waiting = async || state(&modules).await["paused"].as_u64().unwrap();
            for round in 0..ROUNDS {
                let calls: Vec<_> =
                    (0..CALLS).map(|_| tokio::spawn(asks(modules.clone(), list.clone()))).collect();
                until(&format!("{what}: {begun} have begun"), async || {
                    let waiting = usize::try_from(waiting().await).unwrap();
                    asked() + waiting == hung_up() + begun
                })
                .await;
                assert!(hung_up() <= round * begun, "{what}: {} were hung up on", hung_up());
                tokio::time::pause();
                // A call's time starts at its first poll, which may be only now.
                while !calls.iter().all(JoinHandle::is_finished) {
                    tokio::time::advance(Duration::from_secs(1)).await;
                }
                for call in calls {
                    let timed_out = CallErrorKind::Failed(FailureKind::TimedOut);
                    assert_eq!(call.await.unwrap(), timed_out, "{what}");
                }
                tokio::time::resume();
                assert_eq!(waiting().await, 0, "{what}: the module waits on");
                until(&format!("{what}: the connections are closed"), async || {
                    hung_up() == asked()
                })
                .await;
            }
            http.answer();
            mail.answer();
            assert_eq!(steps(&modules, "keeper", then).await, done, "{what}");
        }
    }
}
