//! `cargo bench -p hsmod-benchmarks --bench policy_lists`: how long the plugin
//! `policy_list_antispam` takes to decide on an invite, for lists with different numbers and kinds
//! of rules. This only reports, because times depend on the machine.

use std::future::Future;
use std::hint::black_box;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use hsmod_loader::requests::Events;
use hsmod_loader::values::{JsonStr, ModuleError, OwnedEvent, RoomId};
use hsmod_loader::{Config, Host, Modules, requests};
use hsmod_tests::build;
use serde_json::json;
use tokio::runtime::Runtime;

const LIST: &str = "!list:example.com";
const ROOM: &str = "!room:example.com";
const ALICE: &str = "@alice:example.com";

/// The numbers of rules.
const COUNTS: [usize; 3] = [100, 10_000, 100_000];

/// Questions per round, and rounds, of which the median is taken.
const ASKED: u32 = 1_000;
const ROUNDS: usize = 31;

/// How long reading a list for the first time may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// One kind of rules.
struct Case {
    name: &'static str,
    event_type: &'static str,
    entity: fn(usize) -> String,
    /// A user who is banned by the last of this many rules.
    banned: fn(usize) -> String,
}

const CASES: [Case; 4] = [
    Case {
        name: "users, literal",
        event_type: "m.policy.rule.user",
        entity: |number| format!("@spam{number}:evil.example"),
        banned: |last| format!("@spam{last}:evil.example"),
    },
    Case {
        name: "users, `@spam1*:*`",
        event_type: "m.policy.rule.user",
        entity: |number| format!("@spam{number}x*:*"),
        banned: |last| format!("@spam{last}xyz:evil.example"),
    },
    Case {
        name: "servers, `*.evil1.example`",
        event_type: "m.policy.rule.server",
        entity: |number| format!("*.evil{number}.example"),
        banned: |last| format!("@eve:matrix.evil{last}.example"),
    },
    Case {
        name: "users, `*spam1?spam*`",
        event_type: "m.policy.rule.user",
        entity: |number| format!("*spam{number}?spam*"),
        banned: |last| format!("@the_spam{last}_spammer:evil.example"),
    },
];

fn main() {
    let mut built = build::release(&["policy_list_antispam"]);
    let plugin = built.remove("policy_list_antispam").expect("it is built");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    println!(
        "{:<28} {:>8} {:>9} {:>12} {:>12}",
        "", "rules", "read, ms", "banned, ns", "others, ns"
    );
    for case in &CASES {
        for count in COUNTS {
            let Measured { read, banned, others } = measure(case, count, &plugin, &runtime);
            let (name, read) = (case.name, read.as_millis());
            let [banned, others] = [banned, others].map(|time| time.as_nanos());
            println!("{name:<28} {count:>8} {read:>9} {banned:>12} {others:>12}");
        }
    }
}

struct Measured {
    /// The time from the start until the list takes effect.
    read: Duration,
    /// The time of a question about a user banned by the last rule.
    banned: Duration,
    /// The time of a question about a user who is not banned.
    others: Duration,
}

fn measure(case: &Case, count: usize, plugin: &Path, runtime: &Runtime) -> Measured {
    let room = Room::new(case, count);
    let start = Instant::now();
    let modules = runtime.block_on(load(plugin, room));
    let banned = (case.banned)(count - 1);
    while !is_banned(&modules, &banned) {
        assert!(start.elapsed() < PATIENCE, "the list is never read");
        std::thread::sleep(Duration::from_millis(1));
    }
    let read = start.elapsed();
    let other = "@somebody.else:matrix.example.org";
    assert!(!is_banned(&modules, other));
    let measured =
        Measured { read, banned: time(&modules, &banned), others: time(&modules, other) };
    runtime.block_on(modules.shutdown(Duration::from_secs(60)));
    measured
}

/// The time of one question.
fn time(modules: &Modules, inviter: &str) -> Duration {
    let round = |_| {
        let start = Instant::now();
        for _ in 0..ASKED {
            black_box(is_banned(modules, black_box(inviter)));
        }
        start.elapsed() / ASKED
    };
    let mut rounds: Vec<Duration> = (0..ROUNDS).map(round).collect();
    rounds.sort();
    rounds[ROUNDS / 2]
}

fn is_banned(modules: &Modules, inviter: &str) -> bool {
    now(modules.spam_checker().user_may_invite(inviter, ALICE, ROOM)).is_err()
}

/// The result of a future that is ready at once.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it is not ready at once"),
    }
}

async fn load(plugin: &Path, room: Room) -> Modules {
    let config = json!({
        "modules": [{"module": plugin, "config": {"ban_lists": [LIST]}, "timeout": 0}],
        "verify": {"permissions": "warn"},
    });
    let config = Config::from_value(config, &[], Path::new("/")).expect("a config");
    let modules = Modules::load(config, Host::new("example.com").events(room)).await;
    modules.unwrap_or_else(|error| panic!("{error}"))
}

/// A homeserver that knows the state of one room.
struct Room {
    state: Vec<OwnedEvent>,
}

impl Room {
    fn new(case: &Case, count: usize) -> Self {
        let event = |number: usize| {
            let event = json!({
                "event_id": format!("${number}"), "room_id": LIST, "sender": ALICE,
                // Padded, so that the order by state key is that of the numbers.
                "type": case.event_type, "state_key": format!("rule:{number:09}"),
                "content": {
                    "entity": (case.entity)(number), "recommendation": "m.ban", "reason": "spam",
                },
            });
            OwnedEvent::from_json(event.to_string()).expect("an event")
        };
        Self { state: (0..count).map(event).collect() }
    }
}

#[requests]
impl Events for Room {
    async fn get_room_state(
        &self,
        _room_id: &RoomId,
        _event_filter: &JsonStr,
    ) -> Result<Vec<OwnedEvent>, ModuleError> {
        Ok(self.state.clone())
    }
}
