//! Shows that the fake homeserver answers every request, and that modules see the changes that they
//! make.

mod accounts;
mod rooms;

use std::collections::BTreeSet;

use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::requests::REQUESTS;
use hsmod_plugin_api::testing::prelude::*;

const ALICE: &UserId = UserId::new("@alice:example.com");
const BOB: &UserId = UserId::new("@bob:example.com");
const STRANGER: &UserId = UserId::new("@eve:example.org");
const LOBBY: &RoomId = RoomId::new("!lobby:example.com");

fn host() -> FakeHost {
    FakeHost::new("example.com")
        .user(user("@alice:example.com").admin().display_name("Alice").access_token("secret"))
        .user(user("@bob:example.com").guest().access_token("guest").pusher("phone"))
        .room(
            room("!lobby:example.com")
                .alias("#lobby:example.com")
                .member("@alice:example.com", "join")
                .state("m.room.name", "", json!({"name": "Lobby"})),
        )
}

/// The errcode of a refusal, or the message of another failure.
fn refused<T: std::fmt::Debug>(answer: Result<T, ModuleError>) -> String {
    let error = answer.unwrap_err().to_string();
    error.split([':']).next().unwrap().to_owned()
}

/// All requests, one after the other, on one homeserver; at the end the test finds those left out.
#[test]
fn every_request_is_answered_and_changes_what_it_says() {
    let host = host();
    let api = host.api();
    block_on(async {
        accounts::users(&host, &api).await;
        accounts::registrations(&host, &api).await;
        accounts::logins(&host, &api).await;
        accounts::account_data(&host, &api).await;
        accounts::threepids(&host, &api).await;
        accounts::presence_and_push(&host, &api).await;
        accounts::time_caches_and_mail(&host, &api).await;
        rooms::whole(&host, &api).await;
        rooms::memberships(&host, &api).await;
        rooms::events(&host, &api).await;
        rooms::ends(&host, &api).await;
        accounts::ends(&host, &api).await;
    });
    let names = |name: &&str| api.supports(name);
    let all: BTreeSet<&str> =
        REQUESTS.iter().copied().flatten().map(|row| row.name).filter(names).collect();
    let requests = host.requests();
    let asked: BTreeSet<&str> = requests.iter().map(|ask| ask[0].as_str().unwrap()).collect();
    assert_eq!(all, asked, "a request without a test");
}

/// Two requests in one call.
#[test]
fn an_account_is_registered_with_a_device() {
    let host = host();
    block_on(accounts::register(&host, &host.api()));
}

/// Requests for a web resource come from clients.
#[test]
fn an_access_token_identifies_the_requester() {
    let host = host();
    let api = host.api();
    let who = |uri: &str, token: Option<&str>, allow_guest| {
        let request = request("GET", uri);
        let request = match token {
            Some(token) => request.access_token(token),
            None => request,
        };
        let http = request.http();
        block_on(api.get_user_by_req(&http.view(), allow_guest, false)).map(|user| user.user_id)
    };
    assert_eq!(who("/x", Some("secret"), false).unwrap(), "@alice:example.com");
    assert_eq!(who("/x?access_token=secret", None, false).unwrap(), "@alice:example.com");
    assert_eq!(refused(who("/x", None, false)), "401 M_MISSING_TOKEN");
    assert_eq!(refused(who("/x", Some("stolen"), false)), "401 M_UNKNOWN_TOKEN");
    assert_eq!(refused(who("/x", Some("guest"), false)), "403 M_GUEST_ACCESS_FORBIDDEN");
    assert_eq!(who("/x", Some("guest"), true).unwrap(), "@bob:example.com");
    assert_eq!(host.requests()[0], json!(["get_user_by_req", "GET /x", false, false]));
}
