//! Tests that `hsmod check` reports all problems at once, and survives the modules.

use std::path::Path;

use hsmod_tests::build;
use hsmod_tests::scene::{Scene, only_its_owner_may_write, private_folder};
use serde_json::{Value, json};

use crate::command::{hsmod, shown, values};

/// The output of a check of the scene's config.
pub(crate) fn check(scene: &Scene, more: &[&str]) -> String {
    let config = scene.write();
    let folder = config.parent().unwrap();
    let arguments = [&["check", "-c", config.to_str().unwrap()], more].concat();
    shown(&mut hsmod(&arguments), folder)
}

fn check_json(scene: &Scene) -> (Vec<Value>, i32) {
    let config = scene.write();
    values(&mut hsmod(&["check", "--json", "-c", config.to_str().unwrap()]))
}

/// The output of a check of YAML text, in a folder with one plugin.
fn check_text(yaml: &str) -> String {
    let folder = private_folder();
    let plugins = folder.path().join("plugins");
    std::fs::create_dir(&plugins).unwrap();
    let plugin = plugins.join("libdemo.so");
    std::fs::copy(build::plugin("demo"), &plugin).unwrap();
    only_its_owner_may_write(&plugins);
    only_its_owner_may_write(&plugin);
    let config = folder.path().join("modules.yaml");
    std::fs::write(&config, yaml).unwrap();
    shown(&mut hsmod(&["check", "-c", config.to_str().unwrap()]), folder.path())
}

#[test]
fn good_modules_are_described() {
    let evil = json!({"module": "list_spam_checker", "name": "evil", "config": {"evil_users": []}});
    let scene = Scene::new().entry("list_spam_checker", evil).module("demo", json!({}));
    insta::assert_snapshot!(check(&scene, &[]), @"
    exit code: 0
    --- stdout
    ok  evil (list_spam_checker 0.9.0 for ABI <abi>, spam_checker.check_event_for_spam, web /_synapse/client/list_spam_checker/is_evil)
      requires: spam_checker.check_event_for_spam
    ok  demo (demo 0.9.0 for ABI <abi>, spam_checker.user_may_create_room, web /_synapse/client/demo/hello/*)
      requires: spam_checker.user_may_create_room
    2 modules: 0 errors, 0 warnings
    ");
    insta::assert_snapshot!(check(&scene, &["--no-load"]), @"
    exit code: 0
    --- stdout
    ok  evil (list_spam_checker 0.9.0 for ABI <abi>)
      requires: spam_checker.check_event_for_spam
    ok  demo (demo 0.9.0 for ABI <abi>)
      requires: spam_checker.user_may_create_room
    2 modules: 0 errors, 0 warnings
    ");

    let (lines, code) = check_json(&scene);
    assert_eq!((lines.len(), code), (3, 0));
    let keys: Vec<&str> = lines[0].as_object().unwrap().keys().map(String::as_str).collect();
    insta::assert_snapshot!(keys.join(" "), @"abi callbacks file module name optional problems requires sha256 version web");
    assert_eq!(lines[0]["name"], "evil");
    assert_eq!(lines[0]["callbacks"], json!({"spam_checker": ["check_event_for_spam"]}));
    assert_eq!(lines[1]["web"], json!(["/_synapse/client/demo/hello/*"]));
    assert_eq!(lines[2], json!({"summary": {"modules": 2, "errors": 0, "warnings": 0}}));
}

#[test]
fn all_problems_are_found_at_once() {
    let text = "\
modules:
  - module: demo
    config: {denied_usr: '@a:x'}
  - module: dmeo
  - module: demo
    name: late
    timeouts: {user_may_crate_room: 1s}
  - nothing
pluginsdir: x
";
    insta::assert_snapshot!(check_text(text), @"
    exit code: 1
    --- stdout
    failed  demo (demo 0.9.0 for ABI <abi>)
      requires: spam_checker.user_may_create_room
    error: module `demo`: parse_config: unknown field `denied_usr`, expected `denied_user`
      at modules.<item 0>.config.denied_usr, line 3, column 14
      fix: see the module's documentation for what its `config` takes
    failed  dmeo (dmeo)
    error: module `dmeo`: discovery: there is no plugin `dmeo` in `<folder>/plugins`
      at modules.<item 1>.module, line 4, column 5
      fix: did you mean `demo`?
    failed  late (demo 0.9.0 for ABI <abi>)
      requires: spam_checker.user_may_create_room
    error: module `late`: config: there is no callback `user_may_crate_room`
      at modules.<item 2>.timeouts.user_may_crate_room, line 7, column 16
      fix: did you mean `user_may_create_room`?
    error: config: expected a mapping, found a string
      at modules.<item 3>, line 8, column 5
      fix: write `- module: nothing`
    error: config: unknown key `pluginsdir`
      at pluginsdir, line 9, column 1
      fix: did you mean `plugins_dir`?
    3 modules: 5 errors, 0 warnings
    ");
}

#[test]
fn invalid_configs_are_findings_and_unreadable_files_are_errors() {
    insta::assert_snapshot!(check_text("modules: ["), @"
    exit code: 1
    --- stdout
    error: config: `<folder>/modules.yaml`: this is not YAML: a value is missing here
      at line 2, column 1
      fix: check that the file was written completely: it ends too early
    0 modules: 1 error, 0 warnings
    ");
    let check = |path: &str| shown(&mut hsmod(&["check", "-c", path]), Path::new("<none>"));
    insta::assert_snapshot!(check("/does/not/exist.yaml"), @"
    exit code: 2
    --- stderr
    error: cannot read `/does/not/exist.yaml`: No such file or directory (os error 2)
      fix: give the path of an existing file
    ");
    insta::assert_snapshot!(check("/"), @"
    exit code: 2
    --- stderr
    error: `/` is a directory
      fix: name the config file inside it
    ");
}

#[test]
fn problems_have_a_fixed_form_in_json() {
    let scene = Scene::new()
        .entry("demo", json!({"module": "demo", "enabled": 3}))
        .entry("demo", json!({"module": "demo", "config": {"denied_user": 3}}));
    let (lines, code) = check_json(&scene);
    assert_eq!(code, 1);
    insta::assert_snapshot!(lines[0]["problems"][0], @r#"{"column":9,"fix":"see the module's documentation for what its `config` takes","line":9,"message":"invalid type: integer `3`, expected a string","path":"modules.<item 1>.config.denied_user","severity":"error","stage":"parse_config"}"#);
    assert_eq!(lines[1]["name"], "demo");
    assert!(lines[1].get("module").is_none(), "its entry cannot be read: {}", lines[1]);
    insta::assert_snapshot!(lines[1]["problems"][0], @r#"{"column":7,"fix":"write `true` or `false`","line":4,"message":"expected a boolean, found a number","path":"modules.<item 0>.enabled","severity":"error","stage":"config"}"#);
    assert_eq!(lines[2]["summary"]["errors"], 2);
}

#[test]
fn two_modules_with_one_path_are_a_warning() {
    let scene = Scene::new().module("demo", json!({})).module("demo", json!({}));
    insta::assert_snapshot!(check(&scene, &[]), @"
    exit code: 0
    --- stdout
    ok  demo (demo 0.9.0 for ABI <abi>, spam_checker.user_may_create_room, web /_synapse/client/demo/hello/*)
      requires: spam_checker.user_may_create_room
    ok  demo-2 (demo 0.9.0 for ABI <abi>, spam_checker.user_may_create_room, web /_synapse/client/demo/hello/*)
      requires: spam_checker.user_may_create_room
    warning: module `demo-2`: new: it registers the web resource `/_synapse/client/demo/hello/*`, which module `demo` has registered before it: requests go to `demo`
      at modules.<item 1>.module, line 9, column 7
      fix: remove one of the two modules
    2 modules: 0 errors, 1 warning
    ");
}

#[test]
fn requirements_are_checked_before_loading() {
    let scene = Scene::new().module("bad_constructor", json!({})).module("demo", json!({}));
    let arguments = ["--no-load", "--calls", "federation"];
    insta::assert_snapshot!(check(&scene, &arguments), @"
    exit code: 1
    --- stdout
    ok  bad_constructor (bad_constructor 0.9.0 for ABI <abi>)
    failed  demo (demo 0.9.0 for ABI <abi>)
      requires: spam_checker.user_may_create_room
    error: module `demo`: inspection: `<folder>/plugins/libdemo.so` needs `spam_checker.user_may_create_room`, which this homeserver never calls
      at modules.<item 1>.module, line 9, column 7
      fix: use another homeserver; or, if your config does not need that callback, use a version of the module with `#[callbacks(optional(user_may_create_room))]`
    2 modules: 1 error, 0 warnings
    ");
}

#[test]
fn callbacks_that_are_never_called_are_reported() {
    let recorder = |optional: &[&str]| {
        let callbacks = ["user_may_invite", "user_may_join_room"];
        json!({"callbacks": callbacks, "optional": optional})
    };
    let scene = Scene::new().module("good_recorder", recorder(&["user_may_join_room"]));
    insta::assert_snapshot!(check(&scene, &["--calls", "spam_checker.user_may_invite"]), @"
    exit code: 0
    --- stdout
    ok  good_recorder (good_recorder 0.9.0 for ABI <abi>, spam_checker.user_may_invite, web /_synapse/client/recorder/seen, web /_synapse/client/recorder/counts, web /_synapse/client/recorder/api, web /_synapse/client/recorder/wake)
      optional: spam_checker.check_event_for_spam, spam_checker.should_drop_federated_event, spam_checker.user_may_join_room, spam_checker.user_may_invite, spam_checker.federated_user_may_invite, spam_checker.user_may_send_3pid_invite, spam_checker.user_may_create_room, spam_checker.user_may_create_room_alias, spam_checker.user_may_publish_room, spam_checker.user_may_send_state_event, spam_checker.check_username_for_spam, spam_checker.check_registration_for_spam, spam_checker.check_media_file_for_spam, spam_checker.check_login_for_spam, spam_checker.accept_make_join, third_party_rules.check_event_allowed, third_party_rules.on_create_room, third_party_rules.check_threepid_can_be_invited, third_party_rules.check_visibility_can_be_modified, third_party_rules.on_new_event, third_party_rules.check_can_shutdown_room, third_party_rules.check_can_deactivate_user, third_party_rules.on_profile_update, third_party_rules.on_user_deactivation_status_changed, third_party_rules.on_threepid_bind, third_party_rules.on_add_user_third_party_identifier, third_party_rules.on_remove_user_third_party_identifier, third_party_rules.on_user_search, account_validity.is_user_expired, account_validity.on_user_registration, account_validity.on_user_login, account_validity.on_legacy_send_mail, account_validity.on_legacy_renew, account_validity.on_legacy_admin_request, presence_router.get_users_for_states, presence_router.get_interested_users, password_auth_provider.check_auth, password_auth_provider.check_3pid_auth, password_auth_provider.on_logged_out, password_auth_provider.get_username_for_registration, password_auth_provider.get_displayname_for_registration, password_auth_provider.is_3pid_allowed, background_update_controller.on_update, background_update_controller.default_batch_size, background_update_controller.min_batch_size, account_data.on_account_data_updated, add_extra_fields_to_unsigned_client_event.add_field_to_unsigned_callback, media_repository.get_media_config_for_user, media_repository.is_user_allowed_to_upload_media_of_size, media_repository.get_media_upload_limits_for_user, media_repository.on_media_upload_limit_exceeded, ratelimit.get_ratelimit_override_for_user, federation.on_event_delivered_over_federation
    warning: module `good_recorder`: new: `spam_checker.user_may_join_room` is registered, but this homeserver never calls it
      fix: ignore this: the module says that it works without the callback
    1 module: 0 errors, 1 warning
    ");
    let scene = Scene::new().module("good_recorder", recorder(&[]));
    insta::assert_snapshot!(check(&scene, &["--calls", "spam_checker.user_may_invite,federation"]), @"
    exit code: 1
    --- stdout
    failed  good_recorder (good_recorder 0.9.0 for ABI <abi>, web /_synapse/client/recorder/seen, web /_synapse/client/recorder/counts, web /_synapse/client/recorder/api, web /_synapse/client/recorder/wake)
      optional: spam_checker.check_event_for_spam, spam_checker.should_drop_federated_event, spam_checker.user_may_join_room, spam_checker.user_may_invite, spam_checker.federated_user_may_invite, spam_checker.user_may_send_3pid_invite, spam_checker.user_may_create_room, spam_checker.user_may_create_room_alias, spam_checker.user_may_publish_room, spam_checker.user_may_send_state_event, spam_checker.check_username_for_spam, spam_checker.check_registration_for_spam, spam_checker.check_media_file_for_spam, spam_checker.check_login_for_spam, spam_checker.accept_make_join, third_party_rules.check_event_allowed, third_party_rules.on_create_room, third_party_rules.check_threepid_can_be_invited, third_party_rules.check_visibility_can_be_modified, third_party_rules.on_new_event, third_party_rules.check_can_shutdown_room, third_party_rules.check_can_deactivate_user, third_party_rules.on_profile_update, third_party_rules.on_user_deactivation_status_changed, third_party_rules.on_threepid_bind, third_party_rules.on_add_user_third_party_identifier, third_party_rules.on_remove_user_third_party_identifier, third_party_rules.on_user_search, account_validity.is_user_expired, account_validity.on_user_registration, account_validity.on_user_login, account_validity.on_legacy_send_mail, account_validity.on_legacy_renew, account_validity.on_legacy_admin_request, presence_router.get_users_for_states, presence_router.get_interested_users, password_auth_provider.check_auth, password_auth_provider.check_3pid_auth, password_auth_provider.on_logged_out, password_auth_provider.get_username_for_registration, password_auth_provider.get_displayname_for_registration, password_auth_provider.is_3pid_allowed, background_update_controller.on_update, background_update_controller.default_batch_size, background_update_controller.min_batch_size, account_data.on_account_data_updated, add_extra_fields_to_unsigned_client_event.add_field_to_unsigned_callback, media_repository.get_media_config_for_user, media_repository.is_user_allowed_to_upload_media_of_size, media_repository.get_media_upload_limits_for_user, media_repository.on_media_upload_limit_exceeded, ratelimit.get_ratelimit_override_for_user, federation.on_event_delivered_over_federation
    error: module `good_recorder`: new: it needs `spam_checker.user_may_join_room`, which this homeserver never calls
      fix: use another homeserver, or use a version of the module that registers it with `.optional(..)`
    1 module: 1 error, 0 warnings
    ");
    insta::assert_snapshot!(check(&scene, &["--calls", "spam_checker.user_may_invit"]), @"
    exit code: 2
    --- stderr
    error: --calls: there is no callback or category `spam_checker.user_may_invit`
      fix: did you mean `spam_checker.user_may_invite`?
    ");
    insta::assert_snapshot!(check(&scene, &["--calls", "nothing"]), @"
    exit code: 2
    --- stderr
    error: --calls: there is no callback or category `nothing`
      fix: name categories, as `spam_checker`, or callbacks, as `spam_checker.user_may_invite`
    ");
}

#[test]
fn a_module_that_takes_the_process_down_is_a_finding() {
    let ends = |place: &str, how: &str| json!({"where": place, "how": how});
    let scene = Scene::new()
        .entry("bad_aborts", json!({"module": "bad_aborts", "enabled": false}))
        .module("bad_aborts", ends("parse_config", "abort"))
        .module("bad_aborts", ends("new", "segfault"))
        .module("bad_aborts", ends("start", "exit"))
        .module("bad_aborts", ends("start", "panic"))
        .module("bad_constructor", json!({}))
        .module("demo", json!({}));
    insta::assert_snapshot!(check(&scene, &[]), @r#"
    exit code: 1
    --- stdout
    failed  bad_aborts-2 (bad_aborts 0.9.0 for ABI <abi>)
      requires: spam_checker.check_event_for_spam
    error: module `bad_aborts-2`: parse_config: it took the process down: signal: 6 (SIGABRT)
      at modules.<item 1>.module, line 12, column 7
      fix: do not use it in your homeserver, where it would do the same, and report it to its author
    failed  bad_aborts-3 (bad_aborts 0.9.0 for ABI <abi>)
      requires: spam_checker.check_event_for_spam
    error: module `bad_aborts-3`: new: it took the process down: signal: 11 (SIGSEGV)
      at modules.<item 2>.module, line 19, column 7
      fix: do not use it in your homeserver, where it would do the same, and report it to its author
    failed  bad_aborts-4 (bad_aborts 0.9.0 for ABI <abi>)
      requires: spam_checker.check_event_for_spam
    error: module `bad_aborts-4`: start: it took the process down: exit status: 7
      at modules.<item 3>.module, line 26, column 7
      fix: do not use it in your homeserver, where it would do the same, and report it to its author
    failed  bad_aborts-5 (bad_aborts 0.9.0 for ABI <abi>)
      requires: spam_checker.check_event_for_spam
    error: module `bad_aborts-5`: start: it took the process down: signal: 6 (SIGABRT); it last wrote: ERROR panic: the list of users is empty thread="unnamed" module="bad_aborts-5"
      at modules.<item 4>.module, line 33, column 7
      fix: do not use it in your homeserver, where it would do the same, and report it to its author
    failed  bad_constructor (bad_constructor 0.9.0 for ABI <abi>)
    error: module `bad_constructor`: loading: it took the process down in the constructors of its library: signal: 6 (SIGABRT)
      at modules.<item 5>.module, line 37, column 7
      fix: do not use it in your homeserver, where it would do the same, and report it to its author
    ok  demo (demo 0.9.0 for ABI <abi>, spam_checker.user_may_create_room, web /_synapse/client/demo/hello/*)
      requires: spam_checker.user_may_create_room
    6 modules: 5 errors, 0 warnings
    "#);
    let unloaded = check(&scene, &["--no-load"]);
    assert!(unloaded.starts_with("exit code: 0"), "{unloaded}");
}

#[test]
fn a_module_that_panics_or_fails_is_a_finding() {
    let panics = |place: &str| json!({"where": place});
    let scene = Scene::new()
        .module("bad_panics", panics("parse_config"))
        .module("bad_panics", panics("new"))
        .module("bad_panics", panics("start"))
        .module("bad_panics", panics("shutdown"));
    insta::assert_snapshot!(check(&scene, &[]), @"
    exit code: 1
    --- stdout
    failed  bad_panics (bad_panics 0.9.0 for ABI <abi>)
      requires: spam_checker.check_event_for_spam, spam_checker.user_may_invite, third_party_rules.check_event_allowed, third_party_rules.check_can_shutdown_room
    error: module `bad_panics`: parse_config: panicked: bad_panics: ParseConfig (tests/modules/bad_panics/src/lib.rs:#)
      at modules.<item 0>.config, line 4, column 7
      fix: this is a bug in the module: report it to its author
    failed  bad_panics-2 (bad_panics 0.9.0 for ABI <abi>)
      requires: spam_checker.check_event_for_spam, spam_checker.user_may_invite, third_party_rules.check_event_allowed, third_party_rules.check_can_shutdown_room
    error: module `bad_panics-2`: new: panicked: bad_panics: New (tests/modules/bad_panics/src/lib.rs:#)
      fix: this is a bug in the module: report it to its author
    failed  bad_panics-3 (bad_panics 0.9.0 for ABI <abi>, spam_checker.check_event_for_spam, spam_checker.user_may_invite, third_party_rules.check_event_allowed, third_party_rules.on_new_event, third_party_rules.check_can_shutdown_room, web /_synapse/client/bad_panics)
      requires: spam_checker.check_event_for_spam, spam_checker.user_may_invite, third_party_rules.check_event_allowed, third_party_rules.check_can_shutdown_room
    error: module `bad_panics-3`: start: panicked: bad_panics: Start (tests/modules/bad_panics/src/lib.rs:#)
      fix: this is a bug in the module: report it to its author
    ok  bad_panics-4 (bad_panics 0.9.0 for ABI <abi>, spam_checker.check_event_for_spam, spam_checker.user_may_invite, third_party_rules.check_event_allowed, third_party_rules.on_new_event, third_party_rules.check_can_shutdown_room, web /_synapse/client/bad_panics)
      requires: spam_checker.check_event_for_spam, spam_checker.user_may_invite, third_party_rules.check_event_allowed, third_party_rules.check_can_shutdown_room
    warning: module `bad_panics-4`: shutdown: panicked: bad_panics: Shutdown (tests/modules/bad_panics/src/lib.rs:#)
      fix: this is a bug in the module: report it to its author
    warning: module `bad_panics-4`: new: it registers the web resource `/_synapse/client/bad_panics`, which module `bad_panics-3` has registered before it: requests go to `bad_panics-3`
      at modules.<item 3>.module, line 25, column 7
      fix: remove one of the two modules
    4 modules: 3 errors, 2 warnings
    ");
}

#[test]
fn a_module_that_hangs_is_a_finding() {
    let hangs = |place: &str| json!({"where": place});
    let impatient = json!({"module": "bad_blocks", "config": hangs("new"), "timeout": "1s"});
    let scene =
        Scene::new().entry("bad_blocks", impatient).module("bad_blocks", hangs("start")).entry(
            "bad_never_ready",
            json!({"module": "bad_never_ready", "config": hangs("shutdown"), "timeout": "1s"}),
        );
    insta::assert_snapshot!(check(&scene, &[]), @"
    exit code: 1
    --- stdout
    failed  bad_blocks (bad_blocks 0.9.0 for ABI <abi>)
      requires: spam_checker.check_event_for_spam
    error: module `bad_blocks`: new: did not come back within 1s
      fix: if the module needs that long, raise its `timeout`; otherwise report it to its author
    failed  bad_blocks-2 (bad_blocks 0.9.0 for ABI <abi>)
      requires: spam_checker.check_event_for_spam
    error: module `bad_blocks-2`: start: it did not come back within 10s, and was killed
      at modules.<item 1>.module, line 14, column 7
      fix: do not use it in your homeserver, where it would do the same, and report it to its author
    ok  bad_never_ready (bad_never_ready 0.9.0 for ABI <abi>, spam_checker.check_event_for_spam, third_party_rules.on_new_event)
      requires: spam_checker.check_event_for_spam
    warning: module `bad_never_ready`: shutdown: did not come back within 5s
      fix: this is a bug in the module: report it to its author
    3 modules: 2 errors, 1 warning
    ");
}

#[test]
fn callbacks_that_were_written_and_not_registered_are_warned_of() {
    let registers = |what: &[&str]| json!({"registers": what});
    let scene = Scene::new()
        .module("bad_forgets", registers(&["spam_checker"]))
        .module("bad_forgets", registers(&["only_one", "account_validity", "account_validity"]));
    insta::assert_snapshot!(check(&scene, &[]), @"
    exit code: 0
    --- stdout
    ok  bad_forgets (bad_forgets 0.9.0 for ABI <abi>, spam_checker.check_event_for_spam, spam_checker.user_may_invite)
      optional: spam_checker.check_event_for_spam, spam_checker.user_may_invite, account_validity.is_user_expired
    warning: module `bad_forgets`: new: it implements `account_validity.is_user_expired`, but does not register it, so it is never asked
      at modules.<item 0>.module, line 9, column 7
      fix: ask the module's author: `api.register_account_validity_callbacks(&module)` is missing, or `.only(..)` if it is left out on purpose
    ok  bad_forgets-2 (bad_forgets 0.9.0 for ABI <abi>, account_validity.is_user_expired, account_validity.is_user_expired, spam_checker.user_may_invite)
      optional: spam_checker.check_event_for_spam, spam_checker.user_may_invite, account_validity.is_user_expired
    warning: module `bad_forgets-2`: new: it registers `account_validity.is_user_expired` twice, so it is asked twice each time
      at modules.<item 1>.module, line 19, column 7
      fix: ask the module's author: one registration is enough, and `.only(..)` divides the callbacks among several
    2 modules: 0 errors, 2 warnings
    ");
}

/// The second module is tried in another process, so the first does not block it.
#[test]
fn a_constructor_that_hangs_is_a_finding_and_the_check_ends() {
    let impatient = json!({"module": "bad_constructor_hangs", "timeout": "1s"});
    let scene = Scene::new().entry("bad_constructor_hangs", impatient).module("demo", json!({}));
    // That the start takes long is logged from a thread on which the plugin cannot get in the way.
    let scene = scene.key("slow_poll", json!("100ms"));
    insta::assert_snapshot!(check(&scene, &[]), @"
    exit code: 1
    --- stdout
    failed  bad_constructor_hangs (bad_constructor_hangs 0.9.0 for ABI <abi>)
    error: module `bad_constructor_hangs`: loading: `<folder>/plugins/libbad_constructor_hangs.so` was not mapped within 1s: code that it runs while it is being mapped (a constructor) hangs
      at modules.<item 0>.module, line 4, column 7
      fix: remove the module and report it to its author; if it needs that long, raise its `timeout`
    ok  demo (demo 0.9.0 for ABI <abi>, spam_checker.user_may_create_room, web /_synapse/client/demo/hello/*)
      requires: spam_checker.user_may_create_room
    2 modules: 1 error, 0 warnings
    ");
}
