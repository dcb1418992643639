//! Tests that a module that makes too many concurrent requests to the loader is refused, without
//! affecting others.

use std::ops::RangeInclusive;

use hsmod_loader::Modules;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};

use crate::server::{Server, Speaks};
use crate::support::{As, AtOnce, BOTH, keeper, load, said, scene, steps, until};

/// The number of requests above the limit.
const TOO_MANY: usize = 40;

struct Storm {
    /// The steps that keep the requests waiting, and that release them.
    hold: Value,
    release: Value,
    list: Value,
    /// The limit of concurrent requests, including waiting ones.
    places: usize,
    refused: RangeInclusive<usize>,
    /// The steps of another module in the meantime.
    others: Value,
}

/// The servers do not answer yet.
fn storms(first: &Server, second: &Server) -> Vec<Storm> {
    let mail = json!([{"mail": "ann@example.com", "values": ["Hello", "", "Hi"]}]);
    let storm = |list: Value, places| Storm {
        hold: json!([]),
        release: json!([]),
        others: list.clone(),
        list,
        places,
        refused: TOO_MANY..=TOO_MANY,
    };
    let transactions = |list| Storm {
        hold: json!([{"begin": "open"}, {"keep": null}]),
        release: json!([{"resume": null}, {"drop": null}]),
        ..storm(list, 256)
    };
    let templates = |list| Storm {
        // Some may have ended before all have begun.
        refused: 1..=TOO_MANY,
        others: json!([{"render": "short.txt", "values": {"n": 1}}]),
        ..storm(list, 4 + 256)
    };
    vec![
        Storm {
            others: json!([{"fetch": second.url()}]),
            ..storm(json!([{"fetch": first.url()}]), 32 + 256)
        },
        transactions(json!([{"begin": "storm"}])),
        transactions(json!([{"migrate": [[1, "CREATE TABLE t (v)"]]}])),
        templates(json!([{"render": "slow.txt", "values": {}}])),
        storm(mail, 4 + 256),
    ]
}

/// Whether nothing failed.
fn is_well(done: &Value) -> bool {
    !done.to_string().contains(r#""error""#)
}

async fn storm_of(way: As, modules: &Modules, storm: Storm, servers: &[Server; 3]) -> String {
    let [first, _, mail] = servers;
    let what = format!("{way:?}: {}", storm.list);
    let held = steps(modules, "first", storm.hold).await;
    assert!(is_well(&held), "{what}: {held}");
    let all = storm.places + TOO_MANY;
    let mut calls = AtOnce::new((0..all).map(|_| steps(modules, "first", storm.list.clone())));
    calls.until_ended(*storm.refused.start()).await;
    let message = said(&calls.ended[0]);

    let mut other = AtOnce::new([steps(modules, "second", storm.others)]);
    if !storm.list[0]["mail"].is_null() {
        // Its mail has a place and waits for the server.
        other.until_ended(0).await;
        until("five mails", async || mail.asked() == 4 + 1).await;
        mail.answer();
    }
    other.until_ended(1).await;
    assert!(is_well(&other.ended[0]), "{what}: {}", other.ended[0]);

    first.answer();
    let released = steps(modules, "first", storm.release).await;
    assert!(is_well(&released), "{what}: {released}");
    calls.until_ended(all).await;
    let refused = calls.ended.iter().filter(|done| said(done) == message).count();
    assert!(storm.refused.contains(&refused), "{what}: {refused} were refused: {message}");
    let again = steps(modules, "first", storm.list).await;
    let went_through = calls.ended.iter().filter(|done| **done == again).count();
    assert_eq!(refused + went_through, all, "{what}");
    message
}

#[tokio::test]
async fn the_surplus_is_refused_other_modules_continue_and_this_one_can_later() {
    for way in BOTH {
        let servers = [Speaks::Http, Speaks::Http, Speaks::Smtp].map(Server::held);
        let [first, second, mail] = &servers;
        second.answer();
        let scene = scene().key("mail", mail.mail()).module("good_keeper", keeper("first"));
        let modules = load(way, &scene.module("good_keeper", keeper("second"))).await;
        let mut messages = Vec::new();
        for storm in storms(first, second) {
            messages.push(storm_of(way, &modules, storm, &servers).await);
        }
        allow_duplicates!(assert_snapshot!(messages.join("\n"), @"
        TooMany: 256 HTTP requests of this module are already waiting: make fewer at once
        TooMany: 256 transactions of this module are already waiting: make them shorter, or do more in each
        TooMany: 256 transactions of this module are already waiting: make them shorter, or do more in each
        TooMany: 256 templates of this module are already waiting: ask for fewer at once
        TooMany: 256 mails of this module are already waiting: send fewer at once
        "));
    }
}
