//! Tests the error messages if a module does not start: the module, the stage, the cause and the
//! remedy.

use std::path::{Path, PathBuf};

use hsmod_loader::policy::POLICIES;
use hsmod_loader::{Config, Host, Modules, Parsed};
use hsmod_tests::build;
use hsmod_tests::scene::Scene;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::every_callback::call;
use crate::support::seen_names;

const PLUGIN: &str = "list_spam_checker";

fn entry() -> Value {
    json!({"module": PLUGIN, "config": {"evil_users": []}})
}

/// The error of loading a file as the plugin `list_spam_checker`.
async fn file_refusal(file: &Path) -> String {
    Scene::new().file(file, PLUGIN, entry()).refusal().await
}

/// The error if `make` creates the plugin's file.
async fn made_refusal(make: impl FnOnce(&Path)) -> String {
    let scene = Scene::new().entry(PLUGIN, entry());
    let path = plugin_file(&scene, PLUGIN);
    std::fs::remove_file(&path).unwrap();
    make(&path);
    scene.refusal().await
}

fn plugin_file(scene: &Scene, package: &str) -> PathBuf {
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    scene.plugins().join(format!("{prefix}{package}{suffix}"))
}

async fn recorder_refusal(host: Host, config: Value) -> String {
    Scene::new().host(host).module("good_recorder", config).refusal().await
}

#[tokio::test]
async fn a_library_that_is_no_plugin() {
    let refusal = Scene::new().module("bad_no_symbol", json!({})).refusal().await;
    assert_snapshot!(refusal, @"
    error: module `bad_no_symbol`: inspection: `<folder>/plugins/libbad_no_symbol.so` is not an hsmod plugin: it exports no `hsmod_entry`
      at modules.<item 0>.module, line 5, column 7
      fix: add `export_module!(YourModule);` to its crate and rebuild it; if it has that, keep `strip` and version scripts from removing exported symbols
    ");
}

#[tokio::test]
async fn a_plugin_with_a_damaged_entry() {
    assert_snapshot!(Scene::new().module("bad_magic", json!({})).refusal().await, @"
    error: module `bad_magic`: inspection: `<folder>/plugins/libbad_magic.so` has a damaged entry: its symbol `hsmod_entry` does not begin like an entry
      at modules.<item 0>.module, line 5, column 7
      fix: rebuild the plugin with `export_module!` of hsmod-plugin-api; in another language, make the symbol begin with `hsmodABI`
    ");
}

#[tokio::test]
async fn a_file_that_is_no_library() {
    assert_snapshot!(made_refusal(|path| std::fs::write(path, "no ELF\n").unwrap()).await, @r#"
    error: module `list_spam_checker`: inspection: `<folder>/plugins/liblist_spam_checker.so` is a text file, not a shared library
      at modules.<item 0>.module, line 7, column 7
      fix: name the `.so`, `.dylib` or `.dll` that `cargo build --release` makes from a crate with `crate-type = ["cdylib"]`
    "#);
    assert_snapshot!(made_refusal(|path| std::fs::write(path, "").unwrap()).await, @"
    error: module `list_spam_checker`: inspection: `<folder>/plugins/liblist_spam_checker.so` is empty
      at modules.<item 0>.module, line 7, column 7
      fix: copy the plugin again: the copy was interrupted, or the disk is full
    ");
    assert_snapshot!(made_refusal(|path| std::fs::create_dir(path).unwrap()).await, @"
    error: module `list_spam_checker`: discovery: `<folder>/plugins/liblist_spam_checker.so` is a directory
      at modules.<item 0>.module, line 7, column 7
      fix: name the plugin's file inside it
    ");
}

#[tokio::test]
async fn a_plugin_of_which_a_part_is_missing() {
    let whole = std::fs::read(build::plugin(PLUGIN)).unwrap();
    for share in [1, 2, 3] {
        let part = &whole[..whole.len() * share / 4];
        let refusal = made_refusal(|path| std::fs::write(path, part).unwrap()).await;
        assert!(refusal.contains(": inspection: "), "{refusal}");
        assert!(refusal.contains("cut off") || refusal.contains("truncated"), "{refusal}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_nowhere() {
    let refusal = made_refusal(|path| std::os::unix::fs::symlink("gone.so", path).unwrap()).await;
    assert_snapshot!(refusal, @"
    error: module `list_spam_checker`: discovery: `<folder>/plugins/liblist_spam_checker.so` is a symbolic link to `gone.so`, which does not exist
      at modules.<item 0>.module, line 7, column 7
      fix: point it at the plugin's file, or remove it
    ");
}

#[tokio::test]
async fn another_digest_than_the_operator_wrote() {
    let mut entry = entry();
    entry["sha256"] = "0".repeat(64).into();
    let refusal = Scene::new().entry(PLUGIN, entry).refusal().await;
    let digest = refusal
        .split_whitespace()
        .find(|word| word.trim_matches(['`', ',']).len() == 64 && !word.contains("0000000000"));
    let digest = digest.expect("the digest of the file").trim_matches(['`', ',']);
    assert_snapshot!(refusal.replace(digest, "<digest>"), @"
    error: module `list_spam_checker`: verification: `<folder>/plugins/liblist_spam_checker.so` is not the file the config expects: its SHA-256 is <digest>, `sha256` says 0000000000000000000000000000000000000000000000000000000000000000
      at modules.<item 0>.sha256, line 8, column 7
      fix: if you replaced the plugin yourself, put its new digest into `sha256`; if you did not, find out who did
    ");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_may_change() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new().entry(PLUGIN, entry());
    let file = plugin_file(&scene, PLUGIN);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o664)).unwrap();
    assert_snapshot!(scene.refusal().await, @"
    error: module `list_spam_checker`: verification: `<folder>/plugins/liblist_spam_checker.so` (mode 0664, owner root) may be written by its group, who could replace the plugin
      at modules.<item 0>.module, line 7, column 7
      fix: `chmod g-w <folder>/plugins/liblist_spam_checker.so`
    ");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::set_permissions(scene.plugins(), std::fs::Permissions::from_mode(0o777)).unwrap();
    assert_snapshot!(scene.refusal().await, @"
    error: module `list_spam_checker`: verification: `<folder>/plugins` (mode 0777, owner root) may be written by its group and everybody, who could replace the plugin
      at modules.<item 0>.module, line 7, column 7
      fix: `chmod go-w <folder>/plugins`
    ");
}

#[tokio::test]
async fn a_name_that_no_plugin_has() {
    let scene = Scene::new().entry(PLUGIN, json!({"module": "list_spam_cheker"}));
    assert_snapshot!(scene.refusal().await, @"
    error: module `list_spam_cheker`: discovery: there is no plugin `list_spam_cheker` in `<folder>/plugins`
      at modules.<item 0>.module, line 4, column 7
      fix: did you mean `list_spam_checker`?
    ");
}

#[tokio::test]
async fn a_plugin_that_aborts_when_it_panics() {
    assert_snapshot!(file_refusal(&build::variant(PLUGIN, "panic_abort", "-Cpanic=abort")).await, @r#"
    error: module `list_spam_checker`: inspection: `<folder>/plugins/liblist_spam_checker.so` was built with `panic = "abort"`: a panic in it would end the homeserver
      at modules.<item 0>.module, line 7, column 7
      fix: remove `panic = "abort"` from the profile in its `Cargo.toml` and rebuild it
    "#);
}

#[tokio::test]
async fn a_plugin_of_another_major_version() {
    assert_snapshot!(file_refusal(&build::abi_test(PLUGIN, "other_major")).await, @"
    error: module `list_spam_checker`: inspection: `<folder>/plugins/liblist_spam_checker.so` was built for plugin ABI 3.0 (hsmod-plugin-api 0.9.0), this homeserver speaks 2.0
      at modules.<item 0>.module, line 7, column 7
      fix: rebuild the plugin with an hsmod-plugin-api that has ABI 2, such as 0.9.0, or update the homeserver
    ");
}

#[tokio::test]
async fn a_plugin_whose_boundary_was_changed() {
    assert_snapshot!(file_refusal(&build::changed_struct(PLUGIN)).await, @"
    error: module `list_spam_checker`: loading: `<folder>/plugins/liblist_spam_checker.so` was built with a different plugin boundary: spam_checker.check_event_for_spam.event.pointer.origin_server_ts: expected `i64`, found `u32`
      at modules.<item 0>.module, line 7, column 7
      fix: rebuild the plugin with this homeserver's hsmod-plugin-api: the two differ, although both have ABI 2.0
    ");
}

#[tokio::test]
async fn plugins_of_an_older_and_of_a_newer_minor_version_do_their_work() {
    let whole = Scene::new().module("good_recorder", json!({})).load().await;
    let names = |modules: &Modules| modules.info()[0].callbacks["spam_checker"].clone();
    let younger = ["spam_checker.accept_make_join", "third_party_rules.on_user_search"];
    for (variant, minor, lacking) in [("older_minor", 0, &younger[..]), ("newer_minor", 1, &[])] {
        let file = build::abi_test("good_recorder", variant);
        let knock = ["accept_make_knock"];
        let callbacks: Vec<_> = POLICIES.iter().map(|row| row.callback).chain(knock).collect();
        let config = json!({"callbacks": callbacks, "optional": knock});
        let entry = json!({"module": "good_recorder", "config": config});
        let modules = Scene::new().file(&file, "good_recorder", entry).load().await;
        assert_eq!(modules.info()[0].abi.map(|abi| abi.minor), Some(minor), "{variant}");
        // Callbacks that one side does not know are not registered.
        let common = names(&whole).into_iter();
        let common = common.filter(|name| !lacking.contains(&&*format!("spam_checker.{name}")));
        assert_eq!(names(&modules), common.collect::<Vec<_>>(), "{variant}");
        for policy in POLICIES {
            call(&modules, policy.full_name).await.unwrap();
            let asked = !seen_names(&modules, "recorder").await.is_empty();
            let name = policy.full_name;
            assert_eq!(asked, !lacking.contains(&name), "{variant}: {name}");
        }
    }
}

#[tokio::test]
async fn a_newer_plugin_that_cannot_do_without_what_is_new() {
    let file = build::abi_test("good_recorder", "newer_minor");
    let scene = Scene::new().file(&file, "good_recorder", json!({"module": "good_recorder"}));
    assert_snapshot!(scene.refusal().await, @"
    error: module `good_recorder`: new: its callbacks cannot be registered: it registers callbacks of `spam_checker/1` that this homeserver does not know: 1
      fix: update the homeserver, or ask the module's author to make these callbacks optional
    ");
}

#[tokio::test]
async fn a_config_that_the_module_does_not_understand() {
    let config = json!({"evil_users": ["@a:b", 3], "more": true});
    assert_snapshot!(Scene::new().module(PLUGIN, config).refusal().await, @"
    error: module `list_spam_checker`: parse_config: invalid type: integer `3`, expected a string
      at modules.<item 0>.config.evil_users.<item 1>, line 7, column 11
      fix: see the module's documentation for what its `config` takes
    ");
    let config = json!({"name": "first", "answers": {"user_may_invite": "perhaps"}});
    assert_snapshot!(Scene::new().module("good_recorder", config).refusal().await, @"
    error: module `good_recorder`: parse_config: unknown variant `perhaps`, expected one of `allow`, `deny`, `deny_with`, `shadow_ban`, `not_expired`, `replace`, `fail`, `panic`, `refuse`, `cancelled`
      at modules.<item 0>.config.answers.user_may_invite, line 6, column 11
      fix: see the module's documentation for what its `config` takes
    ");
}

#[tokio::test]
async fn a_callback_that_this_homeserver_never_calls() {
    let host = Host::new("example.com").calls(["spam_checker.user_may_invite"]);
    let config = json!({"callbacks": ["user_may_invite", "user_may_join_room", "on_new_event"]});
    assert_snapshot!(recorder_refusal(host, config).await, @"
    error: module `good_recorder`: new: it needs `spam_checker.user_may_join_room`, which this homeserver never calls
      fix: use another homeserver, or use a version of the module that registers it with `.optional(..)`
    error: module `good_recorder`: new: it needs `third_party_rules.on_new_event`, which this homeserver never calls
      fix: use another homeserver, or use a version of the module that registers it with `.optional(..)`
    ");
}

#[tokio::test]
async fn a_homeserver_that_misspells_what_it_calls() {
    let host = Host::new("example.com")
        .calls(["spam_checker.user_may_invite", "on_new_event"])
        .locks(["update_room_memebership"]);
    let scene = Scene::new().host(host.clone()).module("good_recorder", json!({"callbacks": []}));
    let refusal = scene.refusal().await;
    assert_snapshot!(refusal, @r"
    error: host: `on_new_event`, which the homeserver names in `Host::calls`, is neither a callback nor a category
      fix: report it to the homeserver's authors: did they mean `third_party_rules.on_new_event`?
    error: host: `update_room_memebership`, which the homeserver names in `Host::locks`, is not a request that takes the lock of a room
      fix: report it to the homeserver's authors: did they mean `update_room_membership`?
    ");
    // The error occurs in every way of starting modules, even without any.
    let none = || Config::from_value(json!({"modules": []}), &[], scene.folder()).unwrap();
    let made = Parsed::new(scene.config()).unwrap().make(host.clone()).await;
    for error in [
        Modules::load(none(), host.clone()).await.unwrap_err(),
        Modules::from_static(&[], none(), host.clone()).await.unwrap_err(),
        Parsed::of_calls(scene.config(), &host).unwrap_err(),
        made.map(|_| ()).unwrap_err(),
    ] {
        assert_eq!(error.to_string(), refusal);
    }
}

#[tokio::test]
async fn a_callback_that_a_newer_synapse_calls() {
    let host = Host::new("example.com").calls(["spam_checker.user_may_invite"]).synapse("1.132.0");
    let config = json!({"callbacks": ["federated_user_may_invite", "accept_make_join"]});
    assert_snapshot!(recorder_refusal(host, config).await, @r"
    error: module `good_recorder`: new: it needs `spam_checker.federated_user_may_invite`, which Synapse calls only from 1.133 on; this is Synapse 1.132.0
      fix: update Synapse, or use a version of the module that registers it with `.optional(..)`
    error: module `good_recorder`: new: it needs `spam_checker.accept_make_join`, which this homeserver never calls
      fix: use another homeserver, or use a version of the module that registers it with `.optional(..)`
    ");
}

#[tokio::test]
async fn a_callback_that_the_module_can_do_without() {
    let host = Host::new("example.com").calls(["spam_checker.user_may_invite"]);
    let config = json!({
        "callbacks": ["user_may_invite", "user_may_join_room"], "optional": ["user_may_join_room"],
    });
    let modules = Scene::new().host(host).module("good_recorder", config).load().await;
    assert_eq!(modules.info()[0].callbacks["spam_checker"], ["user_may_invite"]);
    modules.spam_checker().user_may_join_room("@a:b", "!r:b", false).await.unwrap();
    assert!(seen_names(&modules, "recorder").await.is_empty());
}

#[tokio::test]
async fn a_registration_of_what_the_module_has_not() {
    let config = json!({"callbacks": [], "only": ["user_may_invit", "sing"]});
    assert_snapshot!(recorder_refusal(Host::new("example.com"), config).await, @"
    error: module `good_recorder`: new: it registers `spam_checker.user_may_invit`, which it does not implement or this homeserver does not know
      fix: ask the module's author whether `user_may_invite` was meant; if the module is newer than the homeserver, update the homeserver
    error: module `good_recorder`: new: it registers `spam_checker.sing`, which it does not implement or this homeserver does not know (it implements `check_event_for_spam`, `should_drop_federated_event`, `user_may_join_room`, `user_may_invite`, `federated_user_may_invite`, `user_may_send_3pid_invite`, `user_may_create_room`, `user_may_create_room_alias`, `user_may_publish_room`, `user_may_send_state_event`, `check_username_for_spam`, `check_registration_for_spam`, `check_media_file_for_spam`, `check_login_for_spam`, `accept_make_join`)
      fix: update the homeserver if the module is newer; otherwise ask the module's author: `.only(..)` names a callback that does not exist
    ");
}

#[tokio::test]
async fn a_timeout_for_an_unknown_callback() {
    let mut entry = entry();
    entry["timeouts"] = json!({"check_event_for_span": "1s", "sing": "1s"});
    assert_snapshot!(Scene::new().entry(PLUGIN, entry).refusal().await, @"
    error: module `list_spam_checker`: config: there is no callback `check_event_for_span`
      at modules.<item 0>.timeouts.check_event_for_span, line 9, column 9
      fix: did you mean `check_event_for_spam`?
    error: module `list_spam_checker`: config: there is no callback `sing`
      at modules.<item 0>.timeouts.sing, line 10, column 9
      fix: name a callback, such as `check_media_file_for_spam`
    ");
}

#[tokio::test]
async fn a_constructor_that_fails() {
    let config = json!({"answers": {"new": {"fail": "no database at localhost"}}});
    assert_snapshot!(recorder_refusal(Host::new("example.com"), config).await, @"
    error: module `good_recorder`: new: no database at localhost
      fix: fix what the message says, or remove the module
    ");
}

#[tokio::test]
async fn everything_that_is_wrong_with_the_files_and_configs_at_once() {
    let scene = Scene::new()
        .entry(PLUGIN, json!({"module": "nowhere"}))
        .module("bad_no_symbol", json!({}))
        .module("good_recorder", json!({}))
        .module(PLUGIN, json!({"evil_users": 3}))
        .module("bad_panics", json!({"where": "parse_config"}))
        .entry("demo", json!({"module": "demo", "timeouts": {"sing": 1}}))
        .module("good_recorder", json!({"name": []}));
    assert_snapshot!(crate::support::without_lines(&scene.refusal().await), @"
    error: module `demo`: config: the duration `1` has no unit
      at modules.<item 5>.timeouts.sing, line 29, column 9
      fix: say which: `1s` or `1ms`
    error: module `nowhere`: discovery: there is no plugin `nowhere` in `<folder>/plugins`
      at modules.<item 0>.module, line 4, column 7
      fix: put `libnowhere.so` there, or name one that is there: `bad_no_symbol`, `bad_panics`, `demo`, `good_recorder`, `list_spam_checker`
    error: module `bad_no_symbol`: inspection: `<folder>/plugins/libbad_no_symbol.so` is not an hsmod plugin: it exports no `hsmod_entry`
      at modules.<item 1>.module, line 8, column 7
      fix: add `export_module!(YourModule);` to its crate and rebuild it; if it has that, keep `strip` and version scripts from removing exported symbols
    error: module `list_spam_checker`: parse_config: invalid type: integer `3`, expected a sequence
      at modules.<item 3>.config.evil_users, line 16, column 9
      fix: see the module's documentation for what its `config` takes
    error: module `bad_panics`: parse_config: panicked: bad_panics: ParseConfig (tests/modules/bad_panics/src/lib.rs:<line>)
      at modules.<item 4>.config, line 21, column 7
      fix: this is a bug in the module: report it to its author
    error: module `good_recorder-2`: parse_config: invalid type: sequence, expected a string
      at modules.<item 6>.config.name, line 34, column 9
      fix: see the module's documentation for what its `config` takes
    ");
}

#[tokio::test]
async fn everything_that_is_wrong_with_the_modules_at_once() {
    let scene = Scene::new()
        .module("good_recorder", json!({"answers": {"new": {"fail": "no database"}}}))
        .module("bad_panics", json!({"where": "new"}))
        .module("good_recorder", json!({"callbacks": [], "only": ["sing"]}))
        .module("good_recorder", json!({"web": {"/_matrix/client/v3/login": "allow"}}));
    assert_snapshot!(crate::support::without_lines(&scene.refusal().await), @"
    error: module `good_recorder`: new: no database
      fix: fix what the message says, or remove the module
    error: module `bad_panics`: new: panicked: bad_panics: New (tests/modules/bad_panics/src/lib.rs:<line>)
      fix: this is a bug in the module: report it to its author
    error: module `good_recorder-2`: new: it registers `spam_checker.sing`, which it does not implement or this homeserver does not know (it implements `check_event_for_spam`, `should_drop_federated_event`, `user_may_join_room`, `user_may_invite`, `federated_user_may_invite`, `user_may_send_3pid_invite`, `user_may_create_room`, `user_may_create_room_alias`, `user_may_publish_room`, `user_may_send_state_event`, `check_username_for_spam`, `check_registration_for_spam`, `check_media_file_for_spam`, `check_login_for_spam`, `accept_make_join`)
      fix: update the homeserver if the module is newer; otherwise ask the module's author: `.only(..)` names a callback that does not exist
    warning: module `good_recorder-3`: new: it registers the web resource `/_synapse/client/recorder/seen`, which module `good_recorder-2` has registered before it: requests go to `good_recorder-2`
      fix: remove one of the two modules
    warning: module `good_recorder-3`: new: it registers the web resource `/_synapse/client/recorder/counts`, which module `good_recorder-2` has registered before it: requests go to `good_recorder-2`
      fix: remove one of the two modules
    warning: module `good_recorder-3`: new: it registers the web resource `/_synapse/client/recorder/api`, which module `good_recorder-2` has registered before it: requests go to `good_recorder-2`
      fix: remove one of the two modules
    warning: module `good_recorder-3`: new: it registers the web resource `/_synapse/client/recorder/wake`, which module `good_recorder-2` has registered before it: requests go to `good_recorder-2`
      fix: remove one of the two modules
    error: module `good_recorder-3`: new: it registers the web resource `/_matrix/client/v3/login`, but the homeserver itself serves `/_matrix/client`
      fix: ask the module's author: use a path below `/_synapse/client/<module>/`
    ");
}
