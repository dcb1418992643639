//! Shows that whatever a list of modules answers, the homeserver gets what a model of fifteen
//! lines says, and each module is asked just as often.

use hsmod_loader::policy::{Combining, OnFailure, Policy, policy};
use hsmod_loader::{CallError, CallErrorKind, FailureKind, Modules};
use hsmod_tests::scene::Scene;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::every_callback::call;
use crate::support::seen;

/// One callback of each way to combine answers and to take failures.
const CALLBACKS: [&str; 4] = [
    "spam_checker.user_may_invite",
    "third_party_rules.check_can_deactivate_user",
    "account_validity.is_user_expired",
    "account_validity.on_user_registration",
];

/// What a module does with all of them; those of a module that has not registered them: `None`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Allow,
    Deny,
    NotExpired,
    Fail,
    Refuse,
    Cancelled,
}

impl Answer {
    fn config(self) -> Value {
        match self {
            Self::Allow => "allow".into(),
            Self::Deny => "deny".into(),
            Self::NotExpired => "not_expired".into(),
            Self::Fail => json!({"fail": "no database"}),
            Self::Refuse => json!({"refuse": {"status": 418, "errcode": "TEAPOT", "message": "x"}}),
            Self::Cancelled => "cancelled".into(),
        }
    }
}

/// A module: its answer, and whether it waits before it gives it.
type Listed = (Option<Answer>, bool);

/// Who ended the call and how, and how many modules were asked: each of the first so many.
type Outcome = (Option<(usize, String)>, usize);

fn model(policy: &Policy, modules: &[Listed]) -> Outcome {
    for (index, (answer, _)) in modules.iter().enumerate() {
        let Some(answer) = answer else { continue };
        let (verdict, expiry) = (policy.combining == Combining::FirstDecided, "is_user_expired");
        let goes_on = policy.on_failure == OnFailure::LogAndContinue;
        let end = match answer {
            Answer::Deny if policy.callback == expiry => "Some(true)",
            Answer::NotExpired if policy.callback == expiry => "Some(false)",
            Answer::Deny if verdict => "Denied",
            Answer::Fail if !goes_on => "Failed(Error)",
            Answer::Refuse if !goes_on => "Denied",
            Answer::Cancelled => "Failed(Cancelled)",
            _ => continue,
        };
        return (Some((index, end.to_owned())), index + 1);
    }
    (None, modules.len())
}

fn listed() -> impl Strategy<Value = Vec<Listed>> {
    use Answer::*;
    let answer = prop_oneof![
        4 => Just(Some(Allow)),
        1 => Just(None),
        5 => prop::sample::select(&[Deny, NotExpired, Fail, Refuse, Cancelled][..]).prop_map(Some),
    ];
    prop::collection::vec((answer, any::<bool>()), 0..6)
}

fn name(index: usize) -> String {
    format!("m{index}")
}

async fn load(modules: &[Listed]) -> Modules {
    let entry = |index: usize, (answer, suspend): Listed| {
        let answers: serde_json::Map<_, _> = CALLBACKS
            .iter()
            .map(|full_name| full_name.split_once('.').unwrap().1.to_owned())
            .map(|callback| (callback, answer.unwrap_or(Answer::Allow).config()))
            .collect();
        let callbacks: Vec<&String> = answers.keys().filter(|_| answer.is_some()).collect();
        let name = name(index);
        let config =
            json!({"name": name, "suspend": suspend, "callbacks": callbacks, "answers": answers});
        json!({"module": "good_recorder", "name": name, "config": config})
    };
    let entries = modules.iter().enumerate().map(|(index, module)| entry(index, *module));
    entries.fold(Scene::new(), |scene, entry| scene.entry("good_recorder", entry)).load().await
}

/// What really happens.
async fn outcome(modules: &Modules, policy: &Policy, count: usize) -> Outcome {
    let end = match call(modules, policy.full_name).await {
        Ok(answer) if answer == "()" || answer == "None" => None,
        Ok(answer) => Some(answer),
        Err(error) => Some(kind(&error)),
    };
    let mut asked = Vec::new();
    for index in 0..count {
        let calls = seen(modules, &name(index)).await;
        asked.push(calls.as_array().unwrap().len());
    }
    assert!(asked.iter().all(|calls| *calls <= 1), "a module was asked twice: {asked:?}");
    let last = asked.iter().rposition(|calls| *calls > 0);
    match end {
        Some(end) => (Some((last.unwrap(), end)), last.unwrap() + 1),
        None => (None, count),
    }
}

fn kind(error: &CallError) -> String {
    match error.kind() {
        CallErrorKind::Denied => "Denied".to_owned(),
        CallErrorKind::Failed(FailureKind::Cancelled) => "Failed(Cancelled)".to_owned(),
        CallErrorKind::Failed(FailureKind::Error) => "Failed(Error)".to_owned(),
        other => format!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn every_list_of_modules_answers_as_the_model_does(list in listed()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let modules = load(&list).await;
            let mut asked = vec![0; list.len()];
            for full_name in CALLBACKS {
                let policy = policy(full_name).unwrap();
                let expected = model(policy, &list);
                let outcome = outcome(&modules, policy, list.len()).await;
                assert_eq!(outcome, expected, "{full_name}");
                for (index, (answer, _)) in list.iter().enumerate().take(expected.1) {
                    asked[index] += u64::from(answer.is_some());
                }
            }
            for (counts, asked) in modules.counts().iter().zip(asked) {
                let called: u64 = counts.callbacks.iter().map(|(_, counts)| counts.called).sum();
                assert_eq!(called, asked, "{}", counts.module);
            }
        });
    }
}
