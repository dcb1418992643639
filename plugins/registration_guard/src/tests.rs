//! Tests who may register.

mod bad_configs;
mod documented;
mod files;
mod notices;

use hsmod_plugin_api::testing::prelude::*;
use serde_json::{Value, json};

use super::*;

const ALLOW: RegistrationBehaviour = RegistrationBehaviour::Allow;
const DENY: RegistrationBehaviour = RegistrationBehaviour::Deny;
const SHADOW_BAN: RegistrationBehaviour = RegistrationBehaviour::ShadowBan;

fn host() -> FakeHost {
    FakeHost::new("example.com")
}

fn module_of(host: &FakeHost, config: Value) -> TestModule {
    block_on(TestModule::new(&MODULE, config, host).unwrap().start()).unwrap()
}

fn module(config: Value) -> TestModule {
    module_of(&host(), config)
}

/// Registers with an address and a username.
fn registers(
    module: &TestModule,
    email: Option<&str>,
    username: Option<&str>,
) -> RegistrationBehaviour {
    let email = email.map(|address| Threepid::new("email", address));
    let checker = module.spam_checker();
    block_on(checker.check_registration_for_spam(email.as_ref(), username, &[][..], None)).unwrap()
}

fn with_name(module: &TestModule, username: &str) -> RegistrationBehaviour {
    registers(module, None, Some(username))
}

fn with_email(module: &TestModule, address: &str) -> RegistrationBehaviour {
    registers(module, Some(address), Some("alice"))
}

#[test]
fn usernames_have_a_length_in_characters() {
    let default = module(json!({}));
    for (name, expected) in [
        ("al", DENY),
        ("ali", ALLOW),
        ("äöü", ALLOW),
        ("äö", DENY),
        (&"x".repeat(64), ALLOW),
        (&"ü".repeat(64), ALLOW),
        (&"x".repeat(65), DENY),
        ("", DENY),
    ] {
        assert_eq!(with_name(&default, name), expected, "{name}");
    }
    let any = module(json!({"min_username_length": 0, "max_username_length": 1000}));
    assert_eq!(with_name(&any, ""), ALLOW);
    assert_eq!(with_name(&any, &"x".repeat(65)), ALLOW);
}

#[test]
fn usernames_are_held_against_pythons_expressions() {
    let default = module(json!({}));
    for name in ["admin", "Admin", "ROOT", "support", "postmaster"] {
        assert_eq!(with_name(&default, name), DENY, "{name}");
    }
    for name in ["admin2", "my-admin", "groot"] {
        assert_eq!(with_name(&default, name), ALLOW, "{name}");
    }
    let own = module(
        json!({"deny_username_regexes": ["spam", r"^(?!bot-).*-bot$", r"(.)\1\1", "kelvin"]}),
    );
    for (name, expected) in [
        ("admin", ALLOW),
        ("no-SPAM-here", DENY),
        ("my-bot", DENY),
        ("bot-my-bot", ALLOW),
        ("aaargh", DENY),
        ("aargh", ALLOW),
        // Case is ignored as in Unicode: this is the Kelvin sign.
        ("an-\u{212a}elvin", DENY),
    ] {
        assert_eq!(with_name(&own, name), expected, "{name}");
    }
    assert_eq!(with_name(&module(json!({"deny_username_regexes": []})), "admin"), ALLOW);
}

#[test]
fn an_expression_that_explodes_refuses() {
    let module = module(json!({"deny_username_regexes": [r"^(a|a)*(?=b)$"]}));
    assert_eq!(with_name(&module, &"a".repeat(60)), DENY);
    assert_eq!(with_name(&module, "bob"), ALLOW);
}

#[test]
fn missing_usernames_and_addresses_are_not_checked() {
    let module = module(json!({
        "blocked_email_domains": ["example.org"], "allow_email_domains": ["example.com"],
        "deny_username_regexes": ["."],
    }));
    assert_eq!(registers(&module, None, None), ALLOW);
    assert_eq!(registers(&module, Some(""), None), ALLOW);
    assert_eq!(registers(&module, Some("a@example.org"), None), DENY);
}

#[test]
fn domains_of_addresses_are_blocked() {
    let module =
        module(json!({"blocked_email_domains": ["Example.org", "bücher.example", "b.c."]}));
    for (address, expected) in [
        ("a@example.org", DENY),
        ("a@EXAMPLE.ORG", DENY),
        ("\"a@example.com\"@example.org", DENY),
        ("example.org@example.com", ALLOW),
        ("a@mail.example.org", ALLOW),
        ("a@notexample.org", ALLOW),
        ("a@BÜCHER.example", DENY),
        ("a@xn--bcher-kva.example", DENY),
        ("a@b.c", DENY),
        ("a@b.c.", DENY),
        ("a@", ALLOW),
        // Not an address. As in the original, the whole text counts as the domain.
        ("example.org", DENY),
    ] {
        assert_eq!(with_email(&module, address), expected, "{address}");
    }
}

#[test]
fn domains_include_subdomains_if_configured() {
    let blocked = module(json!({"blocked_email_domains": ["a.example"], "match_subdomains": true}));
    for (address, expected) in [
        ("x@a.example", DENY),
        ("x@b.a.example", DENY),
        ("x@c.b.a.example", DENY),
        ("x@ba.example", ALLOW),
        ("x@example", ALLOW),
    ] {
        assert_eq!(with_email(&blocked, address), expected, "{address}");
    }
    let allowed = json!({"allow_email_domains": ["a.example"], "match_subdomains": true});
    assert_eq!(with_email(&module(allowed), "x@b.a.example"), ALLOW);
}

#[test]
fn only_some_domains_may_be_allowed() {
    let module = module(json!({
        "allow_email_domains": ["a.example", "b.example"], "blocked_email_domains": ["b.example"],
    }));
    for (address, expected) in
        [("x@a.example", ALLOW), ("x@b.example", DENY), ("x@c.example", DENY), ("x@", DENY)]
    {
        assert_eq!(with_email(&module, address), expected, "{address}");
    }
}

#[test]
fn a_user_agent_may_be_required() {
    let ask = |module: &TestModule, seen: &[RequestInfo<'_>]| {
        let checker = module.spam_checker();
        block_on(checker.check_registration_for_spam(None, Some("alice"), seen, None)).unwrap()
    };
    let (with, empty) =
        (RequestInfo::new(Some("Element"), "::1"), RequestInfo::new(Some(""), "::1"));
    let without = RequestInfo::new(None, "::1");
    let requiring = module(json!({"require_user_agent": true}));
    for (seen, expected) in [
        (&[][..], DENY),
        (&[without][..], DENY),
        (&[empty][..], DENY),
        (&[with][..], ALLOW),
        (&[without, empty, with][..], ALLOW),
    ] {
        assert_eq!(ask(&requiring, seen), expected);
        assert_eq!(ask(&module(json!({})), seen), ALLOW);
    }
}

#[test]
fn the_check_can_be_limited_to_some_providers() {
    let ask = |module: &TestModule, provider| {
        let checker = module.spam_checker();
        let name = Some("admin");
        block_on(checker.check_registration_for_spam(None, name, &[][..], provider)).unwrap()
    };
    let some = module(json!({"apply_to_auth_providers": ["oidc-github", "saml"]}));
    for (provider, expected) in [
        (None, ALLOW),
        (Some("oidc-gitlab"), ALLOW),
        (Some("oidc-github"), DENY),
        (Some("saml"), DENY),
    ] {
        assert_eq!(ask(&some, provider), expected, "{provider:?}");
        assert_eq!(ask(&module(json!({})), provider), DENY, "{provider:?}");
    }
}

#[test]
fn the_operator_chooses_what_becomes_of_them() {
    assert_eq!(with_name(&module(json!({"action": "deny"})), "admin"), DENY);
    assert_eq!(with_name(&module(json!({"action": "shadow_ban"})), "admin"), SHADOW_BAN);
    assert_eq!(with_name(&module(json!({"action": "shadow_ban"})), "alice"), ALLOW);
}
