//! Accounts and their belongings.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::testing::START;
use hsmod_plugin_api::testing::prelude::*;

use super::{ALICE, BOB, STRANGER, refused};

pub(super) async fn users(host: &FakeHost, api: &ModuleApi) {
    let info = api.get_userinfo_by_id(ALICE).await.unwrap().unwrap();
    // In seconds, as in Synapse.
    assert_eq!((info.is_admin, info.creation_ts), (true, START / 1000));
    assert_eq!(api.get_userinfo_by_id(STRANGER).await.unwrap(), None);

    assert_eq!(api.is_user_admin(BOB).await, Ok(false));
    api.set_user_admin(BOB, true).await.unwrap();
    assert_eq!(api.is_user_admin(BOB).await, Ok(true));
    let error = api.set_user_admin(STRANGER, true).await.unwrap_err();
    assert_eq!(error.to_string(), "@eve:example.org is not a user of example.com");

    let name = async || api.get_profile_for_user("alice").await.unwrap().display_name;
    assert_eq!(name().await.as_deref(), Some("Alice"));
    api.set_displayname(ALICE, None).await.unwrap();
    assert_eq!(name().await, None);
    assert_eq!(refused(api.get_profile_for_user("nobody").await), "404 M_NOT_FOUND");

    let upper = UserId::new("@ALICE:example.com");
    assert_eq!(api.check_user_exists(upper).await.unwrap().as_deref(), Some(ALICE.as_str()));
    assert_eq!(api.check_user_exists(STRANGER).await, Ok(None));

    api.record_user_external_id("oidc", "alice@idp", ALICE).await.unwrap();
    api.record_user_external_id("oidc", "alice@idp", BOB).await.unwrap_err();
    let alice = host.find_user("@alice:example.com").unwrap();
    assert_eq!(alice.external_ids(), [("oidc".to_owned(), "alice@idp".to_owned())]);

    let seen = user("@seen:example.com").seen("::1", "curl", 10).seen("::1", "firefox", 20);
    host.user(seen);
    let seen = UserId::new("@seen:example.com");
    let agents = async |since| api.get_user_ip_and_agents(seen, since).await.unwrap().len();
    assert_eq!([agents(0).await, agents(11).await, agents(21).await], [2, 1, 0]);
    let active = async |from, to| api.get_monthly_active_users_by_service(from, to).await.unwrap();
    assert_eq!(active(None, Some(9)).await, []);
    let native = ("native".to_owned(), seen.as_str().to_owned());
    assert_eq!(active(Some(20), None).await, [native]);
}

pub(super) async fn registrations(host: &FakeHost, api: &ModuleApi) {
    assert_eq!(refused(api.check_username("alice").await), "400 M_USER_IN_USE");
    assert_eq!(refused(api.check_username("Alice").await), "400 M_INVALID_USERNAME");
    assert_eq!(api.check_username("carol").await, Ok(()));
    let emails = ["carol@example.com"];
    let user_id = api.register_user("carol", Some("Carol"), &emails, true).await.unwrap();
    assert_eq!(user_id, "@carol:example.com");
    assert_eq!(refused(api.register_user("carol", None, &emails, true).await), "400 M_USER_IN_USE");
    let carol = host.find_user(&user_id).unwrap();
    assert!(carol.info().is_admin);
    assert_eq!(carol.profile().display_name.as_deref(), Some("Carol"));
    let threepids = api.get_threepids_for_user(UserId::new(&user_id)).await.unwrap();
    assert_eq!((&*threepids[0].medium, &*threepids[0].address), ("email", "carol@example.com"));

    let token = api.create_registration_token(Some("welcome"), Some(1), None).await.unwrap();
    assert_eq!((token.uses_allowed, token.completed), (Some(1), 0));
    let again = api.create_registration_token(Some("welcome"), None, None).await;
    assert_eq!(refused(again), "400 M_INVALID_PARAM");
    assert_eq!(api.get_registration_tokens().await.unwrap(), [token]);
    assert_eq!(api.delete_registration_token("welcome").await, Ok(true));
    assert_eq!(api.delete_registration_token("welcome").await, Ok(false));
}

pub(super) async fn logins(host: &FakeHost, api: &ModuleApi) {
    let device = api.register_device(ALICE, Some("phone"), None).await.unwrap();
    let second = api.register_device(ALICE, Some("phone"), None).await.unwrap();
    assert_eq!((&*device.device_id, &*second.device_id), ("phone", "phone"));
    let fresh = api.register_device(ALICE, None, None).await.unwrap();
    assert_ne!(fresh.access_token, device.access_token);
    // This ends all tokens of the device.
    api.invalidate_access_token(&device.access_token).await.unwrap();
    let alice = host.find_user("@alice:example.com").unwrap();
    let tokens: Vec<&str> = alice.access_tokens().map(|(token, _)| token).collect();
    assert_eq!(tokens, ["secret", &*fresh.access_token]);
    let gone = api.invalidate_access_token(&second.access_token).await;
    assert_eq!(refused(gone), "401 M_UNKNOWN_TOKEN");

    let one = api.create_login_token(ALICE, 120_000, None, None).await.unwrap();
    let other = api.create_login_token(ALICE, 120_000, None, None).await.unwrap();
    assert_ne!(one, other);
    let to = "https://client.example.com/?x=1";
    let url = api.complete_sso_login_async(ALICE, to, false, None).await.unwrap();
    assert!(url.starts_with("https://client.example.com/?x=1&loginToken="), "{url}");

    let http = request("GET", "/x").access_token("secret");
    let who = api.get_user_by_req(&http.http().view(), false, false).await.unwrap();
    assert_eq!((&*who.user_id, who.device_id.as_deref()), (ALICE.as_str(), Some("secret")));
}

#[expect(deprecated, reason = "it is there for those who still use it")]
pub(super) async fn register(host: &FakeHost, api: &ModuleApi) {
    let emails = ["dave@example.com"];
    let (user_id, token) = api.register("dave", Some("Dave"), &emails).await.unwrap();
    let device = json!(["register_device", "@dave:example.com", null, null]);
    let user = json!(["register_user", "dave", "Dave", ["dave@example.com"], false]);
    assert_eq!(host.requests(), [user, device]);
    let dave = host.find_user(&user_id).unwrap();
    assert_eq!(dave.threepids()[0].address, "dave@example.com");
    assert_eq!(dave.access_tokens().map(|(token, _)| token).collect::<Vec<_>>(), [&*token]);

    assert_eq!(refused(api.register("dave", None, &emails).await), "400 M_USER_IN_USE");
    host.fail_next("register_device", ModuleError::http(403, ErrorCode::Forbidden, "no devices"));
    assert_eq!(refused(api.register("erin", None, &emails).await), "403 M_FORBIDDEN");
    let erin = host.find_user("@erin:example.com").unwrap();
    assert_eq!(erin.access_tokens().count(), 0);
}

pub(super) async fn account_data(host: &FakeHost, api: &ModuleApi) {
    let manager = api.account_data_manager();
    let (none, one, two) = (&json!(null), &json!({"n": 1}), &json!({"n": 2}));
    assert_eq!(manager.get_global(ALICE, "x").await, Ok(None));
    manager.get_global(STRANGER, "x").await.unwrap_err();
    let set = async |expected, new| manager.compare_and_set_global(ALICE, "x", expected, new).await;
    assert_eq!(set(one, two).await, Ok(false));
    assert_eq!(set(none, one).await, Ok(true));
    assert_eq!(set(one, two).await, Ok(true));
    manager.put_global(BOB, "x", one).await.unwrap();
    let error = manager.put_global(BOB, "x", none).await.unwrap_err();
    assert_eq!(error.to_string(), "`put_global`: `new_data` must be an object, but is `null`");
    assert_eq!(manager.get_global(BOB, "x").await.unwrap().unwrap()["n"], 1);
    let alice = host.find_user("@alice:example.com").unwrap();
    assert_eq!(alice.find_account_data("x").unwrap()["n"], 2);
}

pub(super) async fn threepids(host: &FakeHost, api: &ModuleApi) {
    let own = async |user_id| -> Vec<String> {
        let own = api.get_threepids_for_user(user_id).await.unwrap();
        own.into_iter().map(|own| format!("{} {}", own.medium, own.address)).collect()
    };
    api.add_threepid(ALICE, "email", "Alice@Example.com", 7).await.unwrap();
    api.add_threepid(ALICE, "msisdn", "491234", 8).await.unwrap();
    assert_eq!(own(ALICE).await, ["email alice@example.com", "msisdn 491234"]);
    let alice = host.find_user("@alice:example.com").unwrap();
    let email = &alice.threepids()[0];
    assert_eq!((email.validated_at, email.added_at), (7, host.now()));

    // An address belongs to one account; adding it again does not duplicate it.
    api.add_threepid(BOB, "email", "ALICE@example.com", 9).await.unwrap();
    api.add_threepid(BOB, "email", "alice@example.com", 10).await.unwrap();
    assert_eq!(own(ALICE).await, ["msisdn 491234"]);
    assert_eq!(own(BOB).await, ["email alice@example.com"]);

    assert_eq!(api.delete_threepid(ALICE, "email", "alice@example.com").await, Ok(false));
    assert_eq!(api.delete_threepid(BOB, "msisdn", "alice@example.com").await, Ok(false));
    assert_eq!(api.delete_threepid(BOB, "email", "Alice@example.com").await, Ok(true));
    assert!(own(BOB).await.is_empty() && own(STRANGER).await.is_empty());

    let pigeon = api.add_threepid(ALICE, "pigeon", "roof", 0).await;
    assert_eq!(refused(pigeon), "400 M_INVALID_PARAM");
    api.add_threepid(STRANGER, "email", "eve@example.com", 0).await.unwrap_err();
    api.delete_threepid(STRANGER, "email", "eve@example.com").await.unwrap_err();
    let nobody = UserId::new("@nobody:example.com");
    assert_eq!(refused(api.add_threepid(nobody, "msisdn", "491234", 0).await), "404 M_NOT_FOUND");
    assert_eq!(own(ALICE).await, ["msisdn 491234"]);

    api.store_remote_3pid_association(ALICE, "email", "a@b", "id.example.com").await.unwrap();
}

pub(super) async fn presence_and_push(host: &FakeHost, api: &ModuleApi) {
    api.send_local_online_presence_to(&[STRANGER]).await.unwrap();
    let busy = BTreeMap::from([(ALICE, ("busy", "lunch"))]);
    api.set_presence_for_users(&busy).await.unwrap();
    let alice = host.find_user("@alice:example.com").unwrap();
    assert_eq!(alice.presence(), Some(("busy", Some("lunch"))));
    let asleep = json!({"@alice:example.com": ["asleep", null]});
    assert_eq!(refused(api.set_presence_for_users(&asleep).await), "400 M_INVALID_PARAM");

    let (empty, none) = (&json!({}), &json!(null));
    let push = async |device, content, more| {
        api.send_http_push_notification(BOB, device, content, more, more).await
    };
    assert!(push(None, empty, empty).await.unwrap()["phone"]);
    assert!(push(Some("tablet"), empty, none).await.unwrap().is_empty());
    let actions = &json!(["notify", {"set_tweak": "sound", "value": "default"}]);
    assert_eq!(api.check_push_rule_actions(actions).await, Ok(()));
    let dance = &json!(["dance"]);
    assert_eq!(refused(api.check_push_rule_actions(dance).await), "400 M_INVALID_PARAM");
    let set = async |scope, actions| {
        api.set_push_rule_action(BOB, scope, "override", ".m.rule.master", actions).await
    };
    assert_eq!(set("global", actions).await, Ok(()));
    assert_eq!(refused(set("device", actions).await), "400 M_INVALID_PARAM");
}

pub(super) async fn time_caches_and_mail(host: &FakeHost, api: &ModuleApi) {
    let mut sleep = pin!(api.sleep(Duration::from_millis(1500)));
    assert_eq!(poll_once(sleep.as_mut()), None);
    host.advance(Duration::from_millis(1499));
    assert_eq!(poll_once(sleep.as_mut()), None);
    host.advance(Duration::from_millis(1));
    assert_eq!(sleep.await, Ok(()));
    let now = u64::try_from(START).unwrap() + 1500;
    assert_eq!((host.now(), api.get_current_time_msec()), (START + 1500, now));
    api.send_mail("bob@example.com", "Hello", "<p>Hello</p>", "Hello").await.unwrap();
    let cache = Cached::<String, u8>::new("org.example.cache", 1);
    api.invalidate_cache(&cache, &"key".to_owned()).await.unwrap();
    let told = json!(["invalidate_cache", "org.example.cache", "key"]);
    assert_eq!(host.requests().last(), Some(&told));
}

pub(super) async fn ends(host: &FakeHost, api: &ModuleApi) {
    let info = || host.find_user("@alice:example.com").unwrap().info().clone();
    api.set_user_locked(ALICE, true).await.unwrap();
    assert!(info().is_locked);
    api.deactivate_user(ALICE, true).await.unwrap();
    assert!(info().is_deactivated);
    let alice = host.find_user("@alice:example.com").unwrap();
    assert_eq!((alice.access_tokens().count(), alice.threepids().len()), (0, 0));
}
