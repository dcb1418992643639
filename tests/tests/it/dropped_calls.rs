//! Tests that dropping a call at any point loses and repeats nothing: no module is called twice,
//! each future of a module ends once, and the next call is unaffected.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use hsmod_loader::values::UserProfile;
use hsmod_loader::{CallError, Json, Modules, Shutdown};
use hsmod_tests::scene::Scene;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{message, poll_once, recorder, seen};

type Asked<'m> = Pin<Box<dyn Future<Output = Result<(), CallError>> + 'm>>;

/// A question that all modules are asked.
#[derive(Clone, Copy)]
struct Question {
    ask: fn(&Modules) -> Asked<'_>,
    /// The callback, or two if all modules are called for both.
    callbacks: &'static [&'static str],
    /// The number of items that it is about.
    items: u32,
}

const QUESTIONS: [Question; 8] = [
    Question { ask: invite, callbacks: &["user_may_invite"], items: 1 },
    Question {
        ask: federated_invite,
        callbacks: &["federated_user_may_invite", "user_may_invite"],
        items: 1,
    },
    Question { ask: registered, callbacks: &["on_user_registration"], items: 1 },
    Question { ask: interested, callbacks: &["get_interested_users"], items: 1 },
    Question { ask: log_in, callbacks: &["check_auth"], items: 1 },
    Question { ask: username, callbacks: &["get_username_for_registration"], items: 1 },
    Question { ask: usernames, callbacks: &["check_username_for_spam"], items: 3 },
    Question { ask: unsigned, callbacks: &["add_field_to_unsigned_callback"], items: 2 },
];

fn invite(modules: &Modules) -> Asked<'_> {
    Box::pin(modules.spam_checker().user_may_invite("@a:b", "@b:b", "!r:b"))
}

fn federated_invite(modules: &Modules) -> Asked<'_> {
    let event = json!({
        "event_id": "$1", "room_id": "!r:b", "sender": "@a:b", "type": "m.room.member",
        "state_key": "@b:b", "origin_server_ts": 1, "content": {"membership": "invite"},
    });
    Box::pin(async move {
        let event = event.to_string();
        modules.spam_checker().federated_user_may_invite(Json(&event)).await
    })
}

fn registered(modules: &Modules) -> Asked<'_> {
    Box::pin(modules.account_validity().on_user_registration("@a:b"))
}

fn interested(modules: &Modules) -> Asked<'_> {
    Box::pin(async { modules.presence_router().get_interested_users("@a:b").await.map(drop) })
}

fn log_in(modules: &Modules) -> Asked<'_> {
    let provider = modules.password_auth_provider();
    Box::pin(
        async move { provider.check_auth("a", "m.login.password", Json("{}")).await.map(drop) },
    )
}

fn username(modules: &Modules) -> Asked<'_> {
    let provider = modules.password_auth_provider();
    Box::pin(async move {
        provider.get_username_for_registration(Json("{}"), Json("{}")).await.map(drop)
    })
}

fn usernames(modules: &Modules) -> Asked<'_> {
    Box::pin(async {
        let users = ["@a:b", "@b:b", "@c:b"].map(|user| UserProfile::new(user, None, None));
        modules.spam_checker().check_usernames_for_spam(&users[..], "@me:b").await.map(drop)
    })
}

fn unsigned(modules: &Modules) -> Asked<'_> {
    Box::pin(async {
        let events = [message("@a:b", "one"), message("@a:b", "two")];
        let events = events.iter().map(|event| Json(event)).collect::<Vec<_>>();
        let all = modules.add_extra_fields_to_unsigned_client_event();
        all.add_fields_to_unsigned(events).await.map(drop)
    })
}

fn name(index: usize) -> String {
    format!("m{index}")
}

/// Modules with these configs, named `m0`, `m1`, ..
async fn load(configs: impl IntoIterator<Item = Value>) -> Modules {
    let entry = |(index, mut config): (usize, Value)| {
        config["name"] = name(index).into();
        json!({"module": "good_recorder", "name": name(index), "timeout": 0, "config": config})
    };
    let entries = configs.into_iter().enumerate().map(entry);
    entries.fold(Scene::new(), |scene, entry| scene.entry("good_recorder", entry)).load().await
}

/// The number of calls of each module, for each callback in the order of `callbacks`.
fn crossings(modules: &Modules, callbacks: &[&str]) -> Vec<u64> {
    let of_callback = |callback: &&str| {
        let called = |counts: hsmod_loader::ModuleCounts| {
            let own = counts.callbacks.iter().find(|(policy, _)| policy.callback == *callback);
            own.map_or(0, |(_, counts)| counts.called)
        };
        modules.counts().into_iter().map(called).collect::<Vec<_>>()
    };
    callbacks.iter().flat_map(of_callback).collect()
}

/// The numbers of calls that a module recorded as begun, and of futures dropped before their end.
async fn noted(modules: &Modules, name: &str) -> (usize, usize) {
    let calls = seen(modules, name).await;
    let calls = calls.as_array().unwrap();
    let dropped = calls.iter().filter(|call| call[0] == "dropped").count();
    (calls.len() - dropped, dropped)
}

/// Asks, and drops the question after `polls` polls. Checks how many modules have been called by
/// then, which follows from how often each waits. Returns whether the question was answered.
async fn dropped_after(modules: &Modules, waits: &[u32], question: Question, polls: u32) -> bool {
    let before = crossings(modules, question.callbacks);
    let mut asked = (question.ask)(modules);
    let mut done = false;
    for _ in 0..polls {
        done = poll_once(asked.as_mut()).await.is_some_and(|answer| answer.map(|()| true).unwrap());
        if done {
            break;
        }
    }
    drop(asked);
    let steps: Vec<u32> = question.callbacks.iter().flat_map(|_| waits).copied().collect();
    let mut behind = 0;
    let reached = steps.iter().take_while(|waits| {
        let is_reached = polls > behind;
        behind += *waits * question.items;
        is_reached
    });
    let reached = reached.count();
    assert_eq!(done, polls > steps.iter().sum::<u32>() * question.items);
    let after = crossings(modules, question.callbacks);
    let asked: Vec<u64> = after.iter().zip(before).map(|(after, before)| after - before).collect();
    let expected: Vec<u64> = (0..steps.len()).map(|step| u64::from(step < reached)).collect();
    assert_eq!(asked, expected, "{:?} of {waits:?} after {polls} polls", question.callbacks);
    let mut given_up = 0;
    for index in 0..waits.len() {
        let (begun, dropped) = noted(modules, &name(index)).await;
        assert!(begun <= question.callbacks.len() * question.items as usize);
        given_up += dropped;
        assert_eq!(recorder(modules, &name(index), "counts").await["open"], json!(0));
    }
    assert_eq!(given_up, usize::from(!done && polls > 0), "futures that were dropped half-way");
    done
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn a_question_that_is_dropped_has_asked_the_first_modules_once(
        waits in prop::collection::vec(0..3_u32, 1..5),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let modules = load(waits.iter().map(|waits| json!({"suspend": waits}))).await;
            for question in QUESTIONS {
                let mut polls = 0;
                while !dropped_after(&modules, &waits, question, polls).await {
                    polls += 1;
                }
            }
            assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
        });
    }
}

/// The number of modules to notify.
const MODULES: usize = 3;

/// Three modules that wait before they handle notifications. `behind` says which of them have other
/// notifications to handle first.
async fn busy(behind: [bool; MODULES]) -> Modules {
    const OTHERS: [&str; MODULES] =
        ["on_logged_out", "on_account_data_updated", "on_profile_update"];
    let config = |index: usize| {
        let callbacks = ["on_threepid_bind", OTHERS[index]];
        json!({"callbacks": callbacks, "hang": callbacks})
    };
    let modules = load((0..MODULES).map(config)).await;
    for index in (0..MODULES).filter(|index| behind[*index]) {
        // One notification that the module is handling, and some behind it.
        for _ in 0..5 {
            assert!(poll_once(other(&modules, index).as_mut()).await.is_some());
            tokio::task::yield_now().await;
        }
    }
    modules
}

/// A notification that only one module registered.
fn other(modules: &Modules, index: usize) -> Asked<'_> {
    Box::pin(async move {
        match index {
            0 => modules.password_auth_provider().on_logged_out("@a:b", None, "x").await,
            1 => {
                modules.account_data().on_account_data_updated("@a:b", None, "x", Json("{}")).await
            }
            _ => {
                let profile = hsmod_loader::values::ProfileInfo::new(None, None);
                modules.third_party_rules().on_profile_update("@a:b", &profile, true, true).await
            }
        }
        .map(drop)
    })
}

/// Lets a module handle the next item in its queue. Returns whether there was one.
async fn work(modules: &Modules, index: usize) -> bool {
    let woken = recorder(modules, &name(index), "wake").await;
    // Its worker ends one item and begins the next.
    for _ in 0..4 {
        tokio::task::yield_now().await;
    }
    woken["woken"] != json!(0)
}

#[tokio::test]
async fn a_notification_that_is_dropped_has_told_all_modules_or_none() {
    for behind in 0..1_u8 << MODULES {
        let behind: [bool; MODULES] = std::array::from_fn(|index| behind & (1 << index) != 0);
        let modules = busy(behind).await;
        let third_party_rules = modules.third_party_rules();
        drop(third_party_rules.on_threepid_bind("@never:b", "email", "a@b"));
        for user in ["@first:b", "@second:b"] {
            let mut telling = Box::pin(third_party_rules.on_threepid_bind(user, "email", "a@b"));
            let delivery = poll_once(telling.as_mut()).await.expect("nobody waits for a module");
            // The caller drops the delivery, too.
            let mut delivery = Box::pin(delivery.unwrap());
            assert!(poll_once(delivery.as_mut()).await.is_none());
        }
        for index in 0..MODULES {
            while work(&modules, index).await {}
            let calls = seen(&modules, &name(index)).await;
            let calls = calls.as_array().unwrap().iter();
            let users = calls.filter(|call| call[0] == "on_threepid_bind").map(|call| &call[1]);
            let told = Value::from_iter(users.cloned());
            assert_eq!(told, json!(["@first:b", "@second:b"]), "module {index} of {behind:?}");
        }
        assert_eq!(modules.shutdown(Duration::from_secs(60)).await, Shutdown::default());
    }
}
