use serde_json::json;

use super::*;

/// The translation of a config: the modules and the notes.
fn said(homeserver: Value) -> String {
    let translation = Translation::of(homeserver).expect("it lists modules");
    let mut said = Vec::new();
    let entries = translation.entries.iter();
    let modules = entries.clone().filter_map(|entry| entry.module.as_ref());
    for module in modules {
        let config: serde_json::Map<_, _> =
            module.config.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        said.push(format!("{} {}", module.plugin, Value::from(config)));
    }
    let notes = entries.flat_map(|entry| &entry.notes).chain(&translation.notes);
    for Note { path, severity, message, fix } in notes {
        said.push(format!("{severity:?} at {}: {message}\n  fix: {fix}", path.join(".")));
    }
    said.join("\n")
}

/// The translation of a single module.
fn of(class: &str, config: Value) -> String {
    said(json!({"modules": [{"module": class, "config": config}]}))
}

#[test]
fn keys_that_the_plugin_has_are_carried_over() {
    let config = json!({"evil_users": ["@evil:example.com"]});
    insta::assert_snapshot!(of("ours.ListSpamChecker", config), @r#"list_spam_checker {"evil_users":["@evil:example.com"]}"#);
    let config = json!({"sharedSecret": "a long secret"});
    let legacy = json!({"password_providers": [
        {"module": "shared_secret_authenticator.SharedSecretAuthenticator", "config": config}
    ]});
    insta::assert_snapshot!(said(legacy), @r#"
    shared_secret_auth {"com_devture_shared_secret_auth_support_enabled":false,"m_login_password_support_enabled":true,"shared_secret":"a long secret"}
    Warning at password_providers.<item 0>.config.sharedSecret: deactivated users can no longer log in
      fix: set `allow_deactivated_users: true` if they should
    "#);
}

#[test]
fn truth_values_of_python_become_booleans() {
    let config = json!({"block_invites": "no", "block_messages": 1, "block_usernames": null});
    insta::assert_snapshot!(of("mjolnir.Module", config), @r#"policy_list_antispam {"block_invites":false,"block_messages":true,"block_usernames":false}"#);
}

#[test]
fn a_key_without_counterpart_is_named_and_its_value_is_not() {
    let config = json!({"shared_secret": ["hunter2"], "log_secrets": "hunter2"});
    let said = of("shared_secret_authenticator.SharedSecretAuthProvider", config);
    insta::assert_snapshot!(said, @"
    shared_secret_auth {}
    Error at modules.<item 0>.config.shared_secret: expected a string, found a list, so it was left out
      fix: write a string in the result, or leave the module in homeserver.yaml
    Warning at modules.<item 0>.config.shared_secret: deactivated users can no longer log in
      fix: set `allow_deactivated_users: true` if they should
    Error at modules.<item 0>.config.log_secrets: `log_secrets` has no counterpart in `shared_secret_auth`
      fix: if you need what `shared_secret_authenticator.SharedSecretAuthProvider` does with it, leave the module in homeserver.yaml and remove `shared_secret_auth` from the result
    ");
    assert!(!said.contains("hunter2"));
}

#[test]
fn nested_problems_have_their_path() {
    let config = json!({
        "ban_lists": ["!a:example.com"],
        "message_max_length": {"threshold": "510", "room": []},
    });
    insta::assert_snapshot!(of("mjolnir.Module", config), @r#"
    policy_list_antispam {"ban_lists":["!a:example.com"],"message_max_length":{}}
    Error at modules.<item 0>.config.message_max_length.threshold: expected a whole number, found a string, so it was left out
      fix: write a whole number in the result, or leave the module in homeserver.yaml
    Error at modules.<item 0>.config.message_max_length.room: `room` has no counterpart
      fix: leave the module in homeserver.yaml if you need what it does with this key
    "#);
}

#[test]
fn a_module_that_no_plugin_replaces_stays() {
    let ldap =
        json!({"module": "ldap_auth_provider.LdapAuthProviderModule", "config": {"uri": "x"}});
    let list = json!({"module": "ours.ListSpamChecker", "config": {"evil_users": []}});
    insta::assert_snapshot!(said(json!({"modules": [list, ldap, list]})), @r#"
    list_spam_checker {"evil_users":[]}
    list_spam_checker {"evil_users":[]}
    Error at modules.<item 1>: no plugin here does what `ldap_auth_provider.LdapAuthProviderModule` does
      fix: leave the module in homeserver.yaml: Python modules run there beside `hsmod.Modules`
    Warning at modules.<item 1>: `ldap_auth_provider.LdapAuthProviderModule` is listed between modules that are now asked together
      fix: put `hsmod.Modules` before or after it: native modules are asked one after the other
    "#);
    let rules = json!({"rules_url": "http://localhost:8080/api/v1/py_rules", "x": 1});
    let legacy = json!({"spam_checker": {"module": "mjolnir.AntiSpam", "config": rules}});
    insta::assert_snapshot!(said(legacy), @"
    Error at spam_checker.config.rules_url: no plugin here asks a Mjolnir rule server
      fix: leave the module in homeserver.yaml: Python modules run there beside `hsmod.Modules`
    ");
}

#[test]
fn sections_are_read_in_the_order_in_which_synapse_starts_them() {
    let list =
        |user: &str| json!({"module": "x.ListSpamChecker", "config": {"evil_users": [user]}});
    let homeserver = json!({
        "password_providers": null,
        "third_party_event_rules": {"module": "freeze_room.FreezeRoom"},
        "spam_checker": [list("second")],
        "auto_accept_invites": {"enabled": true, "only_from_local_users": true},
        "modules": [list("first")],
        "server_name": "example.com",
    });
    insta::assert_snapshot!(said(homeserver), @r#"
    list_spam_checker {"evil_users":["first"]}
    auto_accept_invites {"only_from_local_users":true}
    list_spam_checker {"evil_users":["second"]}
    last_admin {"mode":"freeze"}
    Warning at auto_accept_invites.enabled: Synapse itself accepts invites as long as this is set
      fix: set it to false once the plugin runs
    "#);
    for off in [json!({}), json!({"enabled": false, "only_from_local_users": true}), json!(null)] {
        assert_eq!(said(json!({"auto_accept_invites": off})), "");
    }
}

#[test]
fn entries_that_synapse_could_not_read_are_named() {
    let homeserver = json!({
        "modules": ["mjolnir.Module", {"config": {}}, {"module": "mjolnir.Module", "config": []}],
        "spam_checker": "mjolnir.AntiSpam",
    });
    insta::assert_snapshot!(said(homeserver), @"
    Error at modules.<item 0>: expected a mapping, found a string
      fix: write it as in Synapse's documentation of modules
    Error at modules.<item 1>.module: expected a string, found null
      fix: write it as in Synapse's documentation of modules
    Error at modules.<item 2>.config: expected a mapping, found a list
      fix: write it as in Synapse's documentation of modules
    Error at spam_checker: expected a list, found a string
      fix: write it as in Synapse's documentation of modules
    ");
    let torn = json!({"modules": [{"module": "mjolnir.Module", "ban_lists": ["!a:b"]}]});
    insta::assert_snapshot!(said(torn), @"
    policy_list_antispam {}
    Warning at modules.<item 0>.ban_lists: Synapse ignores `ban_lists` here: it reads only `module` and `config`
      fix: indent it below `config` if it is meant for the module
    ");
    insta::assert_snapshot!(said(json!({"modules": {"module": "x"}})), @"
    Error at modules: expected a list, found a mapping
      fix: write it as in Synapse's documentation of modules
    ");
}

#[test]
fn addresses_of_services_are_allowed() {
    let allowed = |url: &str| {
        let config = json!({"base_url": url});
        let modules = json!([{"module": "synapse_http_antispam.HTTPAntispam", "config": config}]);
        let translation = Translation::of(json!({"modules": modules})).unwrap();
        (
            translation.allow.into_iter().collect::<Vec<_>>().join(" "),
            translation.entries[0].notes.len(),
        )
    };
    assert_eq!(allowed("http://localhost:8080"), ("127.0.0.0/8 ::1/128".to_owned(), 0));
    assert_eq!(allowed("https://antispam.example.com"), (String::new(), 0));
    assert_eq!(allowed("http://draupnir:8082"), (String::new(), 1));
}

#[test]
fn a_config_without_modules_is_refused() {
    let refused = |homeserver| Translation::of(homeserver).map(drop).unwrap_err().0;
    assert_eq!(refused(json!(null)), "the file is empty");
    assert_eq!(refused(json!([])), "expected a mapping, found a list");
    insta::assert_snapshot!(refused(json!({"server_name": "example.com"})), @"no modules are listed here: the file has none of `modules`, `auto_accept_invites`, `spam_checker`, `third_party_event_rules`, `password_providers`");
}
