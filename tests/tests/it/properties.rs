//! Tests that for any list of modules, the homeserver's result and the calls match a small model.

use hsmod_loader::policy::{Combining, OnFailure, Policy, policy};
use hsmod_loader::{CallErrorKind, Modules};
use hsmod_tests::scene::Scene;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::every_callback::call;
use crate::support::{seen, seen_names};

/// One callback for each way of combining answers and handling failures.
const CALLBACKS: [&str; 9] = [
    "spam_checker.user_may_invite",
    "third_party_rules.check_can_deactivate_user",
    "account_validity.is_user_expired",
    "account_validity.on_user_registration",
    "presence_router.get_interested_users",
    "password_auth_provider.check_auth",
    "password_auth_provider.get_username_for_registration",
    "password_auth_provider.is_3pid_allowed",
    "add_extra_fields_to_unsigned_client_event.add_field_to_unsigned_callback",
];

/// A module's answer to all of these callbacks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Allow,
    /// A specific value, if the callback returns one.
    Say,
    /// Another value, if there is a choice.
    SayOther,
    Fail,
    Panic,
    Refuse,
    Cancelled,
}

impl Answer {
    /// The config of module `index`.
    fn config(self, callback: &str, index: usize) -> Value {
        let name = name(index);
        match (self, callback) {
            (Self::Say, "get_interested_users") => json!({"replace": [name]}),
            (Self::Say, "check_auth" | "get_username_for_registration") => json!({"replace": name}),
            (Self::Say, "add_field_to_unsigned_callback") => {
                json!({"replace": {"last": index, name: true}})
            }
            (Self::Say, _) => "deny".into(),
            (Self::SayOther, "is_user_expired") => "not_expired".into(),
            (Self::SayOther, "get_interested_users") => json!({"replace": null}),
            (Self::Allow | Self::SayOther, _) => "allow".into(),
            (Self::Fail, _) => json!({"fail": "no database"}),
            (Self::Panic, _) => json!({"panic": "no database"}),
            (Self::Refuse, _) => {
                json!({"refuse": {"status": 418, "errcode": "TEAPOT", "message": "x"}})
            }
            (Self::Cancelled, _) => "cancelled".into(),
        }
    }
}

/// A module: its answer (`None` if it registered none of the callbacks), and how often it suspends
/// before answering.
type Listed = (Option<Answer>, u32);

/// The homeserver's result (an error with the module's name), and which modules were called once.
type Outcome = (Result<String, (String, String)>, Vec<bool>);

fn model(policy: &Policy, modules: &[Listed]) -> Outcome {
    let mut asked = vec![false; modules.len()];
    let mut said = Vec::new();
    for (index, (answer, _)) in modules.iter().enumerate() {
        let Some(answer) = *answer else { continue };
        asked[index] = true;
        let ended = |how: &str| Err((how.to_owned(), name(index)));
        let failed = |how| match policy.on_failure {
            OnFailure::LogAndContinue => None,
            OnFailure::Conceal => Some(ended("Failed(Error)")),
            _ => Some(ended(how)),
        };
        let end = match (answer, policy.callback) {
            (Answer::Cancelled, _) => Some(ended("Failed(Cancelled)")),
            (Answer::Fail, _) => failed("Failed(Error)"),
            (Answer::Panic, _) => failed("Failed(Panicked)"),
            (Answer::Refuse, _) => failed("Denied"),
            (Answer::SayOther, "is_user_expired") => Some(Ok("Some(false)".to_owned())),
            (Answer::SayOther, "get_interested_users") => Some(Ok("All".to_owned())),
            (Answer::Say, _) => {
                said.push(index);
                decided(policy, index)
            }
            _ => None,
        };
        if let Some(end) = end {
            return (end, asked);
        }
    }
    (Ok(whole(policy, &said)), asked)
}

/// The result if this module's value ends the call.
fn decided(policy: &Policy, index: usize) -> Option<Result<String, (String, String)>> {
    let name = name(index);
    match (policy.combining, policy.callback) {
        (Combining::FirstDecided, "is_user_expired") => Some(Ok("Some(true)".to_owned())),
        (Combining::FirstDecided, "get_username_for_registration") => {
            Some(Ok(format!("Some({name:?})")))
        }
        (Combining::FirstOfLoginType, _) => {
            Some(Ok(format!("Some(Login {{ user_id: {name:?}, on_login: None }})")))
        }
        (Combining::FirstDecided, _) => Some(Err(("Denied".to_owned(), name))),
        _ => None,
    }
}

/// The combined result of these modules' values if none ended the call.
fn whole(policy: &Policy, said: &[usize]) -> String {
    let names: Vec<String> = said.iter().map(|index| name(*index)).collect();
    match policy.callback {
        "get_interested_users" => {
            format!("Users({:?})", std::collections::BTreeSet::from_iter(names))
        }
        "add_field_to_unsigned_callback" => {
            let mut fields: Map<_, _> = names.into_iter().map(|name| (name, true.into())).collect();
            fields.extend(said.last().map(|last| ("last".to_owned(), (*last).into())));
            format!("{fields:?}")
        }
        "is_user_expired" | "check_auth" | "get_username_for_registration" => "None".to_owned(),
        _ => "()".to_owned(),
    }
}

fn listed() -> impl Strategy<Value = Vec<Listed>> {
    use Answer::*;
    let answer = prop_oneof![
        4 => Just(Some(Allow)),
        1 => Just(None),
        3 => Just(Some(Say)),
        4 => prop::sample::select(&[SayOther, Fail, Panic, Refuse, Cancelled][..]).prop_map(Some),
    ];
    prop::collection::vec((answer, 0..3_u32), 0..6)
}

fn name(index: usize) -> String {
    format!("m{index}")
}

/// Modules with these configs, named `m0`, `m1`, ..
async fn load(configs: impl IntoIterator<Item = Value>) -> Modules {
    let entry = |(index, mut config): (usize, Value)| {
        config["name"] = name(index).into();
        json!({"module": "good_recorder", "name": name(index), "config": config})
    };
    let entries = configs.into_iter().enumerate().map(entry);
    entries.fold(Scene::new(), |scene, entry| scene.entry("good_recorder", entry)).load().await
}

fn config((index, (answer, suspend)): (usize, &Listed)) -> Value {
    // A module must register both presence callbacks or neither.
    let names = CALLBACKS.iter().map(|full_name| full_name.split_once('.').unwrap().1);
    let names = names.chain(["get_users_for_states"]);
    let answers: Map<_, _> = names
        .map(|callback| {
            let answer = answer.unwrap_or(Answer::Allow);
            (callback.to_owned(), answer.config(callback, index))
        })
        .collect();
    let callbacks: Vec<&String> = answers.keys().filter(|_| answer.is_some()).collect();
    json!({"suspend": suspend, "callbacks": callbacks, "answers": answers})
}

/// The actual outcome.
async fn outcome(modules: &Modules, policy: &Policy, count: usize) -> Outcome {
    let end = call(modules, policy.full_name).await.map_err(|error| {
        let kind = match error.kind() {
            CallErrorKind::Denied => "Denied".to_owned(),
            other => format!("{other:?}"),
        };
        (kind, error.module().unwrap_or_default().to_owned())
    });
    let mut asked = Vec::new();
    for index in 0..count {
        let calls = seen(modules, &name(index)).await;
        let calls = calls.as_array().unwrap().len();
        assert!(calls <= 1, "module {index} was asked {calls} times");
        asked.push(calls == 1);
    }
    (end, asked)
}

/// Calls to make in any order, none of which is denied.
const SEQUENCE: [&str; 8] = [
    "spam_checker.user_may_publish_room",
    "third_party_rules.on_threepid_bind",
    "account_validity.on_user_registration",
    "password_auth_provider.on_logged_out",
    "account_data.on_account_data_updated",
    "media_repository.on_media_upload_limit_exceeded",
    "ratelimit.get_ratelimit_override_for_user",
    "federation.on_event_delivered_over_federation",
];

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.unwrap().block_on(test);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn every_list_of_modules_answers_as_the_model_does(list in listed()) {
        run(async {
            let modules = load(list.iter().enumerate().map(config)).await;
            let mut asked = vec![0; list.len()];
            for full_name in CALLBACKS {
                let policy = policy(full_name).unwrap();
                if policy.combining == Combining::FirstOfLoginType && modules.login_types().is_empty() {
                    continue;
                }
                let expected = model(policy, &list);
                assert_eq!(outcome(&modules, policy, list.len()).await, expected, "{full_name}");
                for (asked, now) in asked.iter_mut().zip(expected.1) {
                    *asked += u64::from(now);
                }
            }
            for (counts, asked) in modules.counts().iter().zip(asked) {
                let called: u64 = counts.callbacks.iter().map(|(_, counts)| counts.called).sum();
                assert_eq!(called, asked, "{}", counts.module);
            }
        });
    }

    #[test]
    fn each_module_sees_just_the_calls_it_registered_in_their_order(
        list in prop::collection::vec((any::<u8>(), 0..3_u32), 0..5),
        sequence in prop::collection::vec(0..SEQUENCE.len(), 0..24),
    ) {
        let has = |callbacks: u8, place: usize| callbacks & (1 << place) != 0;
        let short = |place: usize| SEQUENCE[place].split_once('.').unwrap().1;
        run(async {
            let modules = load(list.iter().map(|(callbacks, suspend)| {
                let own = (0..SEQUENCE.len()).filter(|place| has(*callbacks, *place)).map(short);
                json!({"callbacks": own.collect::<Vec<_>>(), "suspend": suspend})
            })).await;
            for place in &sequence {
                call(&modules, SEQUENCE[*place]).await.unwrap();
            }
            let counts = modules.counts();
            for (index, (callbacks, _)) in list.iter().enumerate() {
                let own = sequence.iter().filter(|place| has(*callbacks, **place));
                let own: Vec<&str> = own.map(|place| short(*place)).collect();
                assert_eq!(seen_names(&modules, &name(index)).await, own);
                for (policy, counts) in &counts[index].callbacks {
                    let called = own.iter().filter(|name| **name == policy.callback).count() as u64;
                    assert_eq!((counts.called, counts.denied, counts.failed), (called, 0, 0));
                }
                let total = counts[index].callbacks.iter().map(|(_, counts)| counts.called);
                assert_eq!(total.sum::<u64>(), own.len() as u64);
            }
        });
    }
}
