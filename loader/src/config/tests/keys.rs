//! Shows the messages about keys that are in the wrong place or unknown.

use insta::assert_snapshot;

use super::messages::said_of;

#[test]
fn synapses_own_keys() {
    assert_snapshot!(said_of("server_name: example.com\nplugins_dir: plugins\nmodules:\n  - module: demo\n"), @"
    error: config: `server_name` is a key of Synapse's own config
      at server_name, line 1, column 1
      fix: remove it: the homeserver tells modules its name, and `hsmod` takes it as `--server-name`
    ");
    assert_snapshot!(said_of("password_providers:\n  - module: \"example_auth.Provider\"\n    config:\n      uri: \"ldap://ldap.example.com:389\"\n"), @"
    error: config: `password_providers` is a key of Synapse's own config
      at password_providers, line 1, column 1
      fix: list plugins that do the same under `modules:`, each as `- module: NAME` with its `config:`; Python classes cannot be loaded
    ");
    assert_snapshot!(said_of("listeners: []\ndatabase: {}\naccount_threepid_delegates: {}\nemail: {}\nip_range_whitelist: []\ntemplates: {}\nmedia_store_path: x\n"), @"
    error: config: `listeners` is a key of Synapse's own config
      at listeners, line 1, column 1
      fix: remove it: this file configures only modules, which are listed under `modules:`
    error: config: `database` is a key of Synapse's own config
      at database, line 2, column 1
      fix: remove it: this file configures only modules, which are listed under `modules:`
    error: config: `account_threepid_delegates` is a key of Synapse's own config
      at account_threepid_delegates, line 3, column 1
      fix: remove it: this file configures only modules, which are listed under `modules:`
    error: config: `email` is a key of Synapse's own config
      at email, line 4, column 1
      fix: write `mail:`, which takes the same keys
    error: config: `ip_range_whitelist` is a key of Synapse's own config
      at ip_range_whitelist, line 5, column 1
      fix: write `http: {allow: [..]}` for the addresses that modules may reach
    error: config: `templates` is a key of Synapse's own config
      at templates, line 6, column 1
      fix: write `templates_dir:` and the folder's path
    error: config: `media_store_path` is a key of Synapse's own config
      at media_store_path, line 7, column 1
      fix: remove it: media belong to the homeserver; modules store their data in `data_dir`
    ");
}

#[test]
fn keys_of_the_other_level() {
    assert_snapshot!(said_of("name: a\nmodule: demo\nconfig: {}\nmodules: [{module: a, data_dir: x, plugins_dir: y}]\n"), @"
    error: config: unknown key `name`
      at name, line 1, column 1
      fix: write `name` in an entry of `modules:`, beside its `module`
    error: config: unknown key `module`
      at module, line 2, column 1
      fix: list the modules under `modules:`
    error: config: unknown key `config`
      at config, line 3, column 1
      fix: write `config` in an entry of `modules:`, beside its `module`
    error: module `a`: config: unknown key `data_dir`
      at modules.<item 0>.data_dir, line 4, column 23
      fix: write `data_dir` at the top of the file, beside `modules`
    error: module `a`: config: unknown key `plugins_dir`
      at modules.<item 0>.plugins_dir, line 4, column 36
      fix: write `plugins_dir` at the top of the file, beside `modules`
    ");
}

#[test]
fn synonyms() {
    assert_snapshot!(said_of("plugins: []\nsmtp: {}\npermissions: warn\nmodules: [{module: a, options: {}, id: b, hash: c, deadline: 1s, disabled: true}]\n"), @"
    error: config: unknown key `plugins`
      at plugins, line 1, column 1
      fix: list the modules under `modules:`
    error: config: unknown key `smtp`
      at smtp, line 2, column 1
      fix: write `mail:`
    error: config: unknown key `permissions`
      at permissions, line 3, column 1
      fix: write `verify: {permissions: warn}`
    error: module `a`: config: unknown key `options`
      at modules.<item 0>.options, line 4, column 23
      fix: write `config:`
    error: module `a`: config: unknown key `id`
      at modules.<item 0>.id, line 4, column 36
      fix: write `name:`
    error: module `a`: config: unknown key `hash`
      at modules.<item 0>.hash, line 4, column 43
      fix: write `sha256:`
    error: module `a`: config: unknown key `deadline`
      at modules.<item 0>.deadline, line 4, column 52
      fix: write `timeout:`
    error: module `a`: config: unknown key `disabled`
      at modules.<item 0>.disabled, line 4, column 66
      fix: write `enabled: false`
    ");
}

#[test]
fn keys_outside_config() {
    assert_snapshot!(said_of("modules:\n  - module: list_spam_checker\n    config:\n    evil_users: [\"@evil:example.com\"]\n    tiemout: 1s\n"), @"
    error: module `list_spam_checker`: config: unknown key `evil_users`
      at modules.<item 0>.evil_users, line 4, column 5
      fix: indent it below `config:`, if it is for the module
    error: module `list_spam_checker`: config: unknown key `tiemout`
      at modules.<item 0>.tiemout, line 5, column 5
      fix: did you mean `timeout`?
    ");
    assert_snapshot!(said_of("modules:\n  - module: list_spam_checker\n    evil_users: [\"@evil:example.com\"]\n"), @"
    error: module `list_spam_checker`: config: unknown key `evil_users`
      at modules.<item 0>.evil_users, line 3, column 5
      fix: the keys here are `module`, `config`, `name`, `enabled`, `sha256`, `timeout`, `timeouts`; the module's own go below `config:`
    ");
}

#[test]
fn a_dash_too_many() {
    assert_snapshot!(said_of("modules:\n  - module: demo\n  - config:\n      denied_user: \"@a:b.c\"\n    timeout: 1s\n  - module: b\n"), @"
    error: config: this entry has only `config`, `timeout`, and no `module`
      at modules.<item 1>, line 3, column 5
      fix: remove the dash before it, if it belongs to the entry above
    ");
    assert_snapshot!(said_of("modules:\n  - config: {}\n"), @"
    error: config: `module` is missing
      at modules.<item 0>, line 2, column 5
      fix: write the plugin's name, or the path of its file: `module: list_spam_checker`
    ");
}

#[test]
fn a_missing_space() {
    assert_snapshot!(said_of("modules:\n  - module:demo\n"), @"
    error: config: there is no space between `module:` and its value
      at modules.<item 0>, line 2, column 5
      fix: put a space after the colon
    ");
    assert_snapshot!(said_of("modules:\n  -module: demo\n"), @"
    error: config: there is no space between `-` and `module`
      at modules.-module, line 2, column 3
      fix: put a space after the dash
    ");
    assert_snapshot!(said_of("modules:\n  -module: demo\n  -config: {}\n"), @"
    error: config: there is no space between `-` and `config`
      at modules.-config, line 3, column 3
      fix: put a space after the dash
    ");
    assert_snapshot!(said_of("modules: [{module:demo}]\n"), @"
    error: config: `module` is missing
      at modules.<item 0>, line 1, column 11
      fix: write the plugin's name, or the path of its file: `module: list_spam_checker`
    error: config: there is no space between `module:` and its value
      at modules.<item 0>.module:demo, line 1, column 12
      fix: put a space after the colon
    ");
    assert_snapshot!(said_of("modules:\n- module: a\n  config:\n    b:2\n"), @"
    error: module `a`: config: there is no space between `b:` and its value
      at modules.<item 0>.config, line 3, column 3
      fix: put a space after the colon
    ");
    assert_snapshot!(said_of("plugins_dir:x\n"), @"
    error: config: there is no space between `plugins_dir:` and its value
      fix: put a space after the colon
    ");
    assert_snapshot!(said_of("modules: [{module: a, timeout:10s}]\n"), @"
    error: module `a`: config: there is no space between `timeout:` and its value
      at modules.<item 0>.timeout:10s, line 1, column 23
      fix: put a space after the colon
    ");
}
