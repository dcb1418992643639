//! `users`: the users and their data.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use hsmod_loader::config::{Fields, Flaw, expected, item};
use hsmod_loader::testing::{FakeUser, user};
use serde_json::Value;

use super::fields::{Named, below, integer, texts};
use super::names::Names;

#[rustfmt::skip]
pub(super) const KEYS: [&str; 22] = [
    "display_name", "avatar_url", "admin", "guest", "deactivated", "locked", "suspended",
    "shadow_banned", "approved", "email", "msisdn", "account_data", "access_token", "pushers",
    "seen", "external_ids", "appservice_id", "user_type", "consent_version", "consent_ts",
    "consent_server_notice_sent", "creation_ts",
];

pub(super) const SEEN_KEYS: [&str; 3] = ["ip", "user_agent", "last_seen"];

/// The users by their IDs.
pub(super) type Users = BTreeMap<String, FakeUser>;

/// Reads the users.
pub(super) fn read(named: Vec<Named>, names: Names<'_>, flaws: &mut Vec<Flaw>) -> Users {
    let mut users = Users::new();
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for Named { segment, name, value } in named {
        let path = below(&["users".to_owned()], &segment);
        let user_id = match names.user(&name) {
            Ok(user_id) => user_id,
            Err((message, fix)) => {
                flaws.push(Flaw::new(&path, message).fix(fix));
                continue;
            }
        };
        let user = read_user(&user_id, value, &path, flaws);
        for (token, _) in user.access_tokens() {
            // A duplicate within one user does no harm, and a duplicate user is reported below.
            let owner = owners.entry(token.to_owned()).or_insert_with(|| user_id.clone());
            if *owner != user_id {
                // The message does not quote the token, which may be a secret. Its place identifies
                // it.
                let message = format!("`{owner}` also has this access token");
                let flaw = Flaw::new(&below(&path, "access_token"), message);
                flaws.push(flaw.fix("write another one: a token belongs to one user"));
            }
        }
        if users.insert(user_id.clone(), user).is_some() {
            let flaw = Flaw::new(&path, format!("`{user_id}` is given twice"));
            flaws.push(flaw.fix("keep one; a name alone is a user of this homeserver"));
        }
    }
    users
}

fn read_user(user_id: &str, value: Value, path: &[String], flaws: &mut Vec<Flaw>) -> FakeUser {
    let made = user(user_id).with_info(|info| info.creation_ts = now_ms() / 1000);
    let members = match value {
        Value::Null => return made,
        Value::Object(members) => members,
        other => {
            let flaw = Flaw::new(path, expected("a mapping", &other));
            flaws.push(flaw.fix("describe the user, like `{admin: true}`, or write nothing"));
            return made;
        }
    };
    let mut fields = Fields::new(members, path, flaws);
    let made = account(made, &mut fields);
    let made = belongings(made, &mut fields);
    let seen = fields.list("seen").unwrap_or_default();
    fields.refuse_unknown(&KEYS);
    read_seen(made, seen, &below(path, "seen"), flaws)
}

/// Reads the account's properties and the profile.
fn account(mut made: FakeUser, fields: &mut Fields<'_>) -> FakeUser {
    if let Some(name) = fields.string("display_name") {
        made = made.display_name(&name);
    }
    if let Some(url) = fields.string("avatar_url") {
        made = made.avatar_url(&url);
    }
    made.with_info(|info| {
        for (key, flag) in [
            ("admin", &mut info.is_admin),
            ("guest", &mut info.is_guest),
            ("deactivated", &mut info.is_deactivated),
            ("locked", &mut info.is_locked),
            ("suspended", &mut info.is_suspended),
            ("shadow_banned", &mut info.is_shadow_banned),
            ("approved", &mut info.approved),
        ] {
            *flag = fields.boolean(key).unwrap_or(*flag);
        }
        info.appservice_id = fields.string("appservice_id");
        info.user_type = fields.string("user_type");
        info.consent_version = fields.string("consent_version");
        info.consent_ts = integer(fields, "consent_ts");
        info.consent_server_notice_sent = fields.string("consent_server_notice_sent");
        info.creation_ts = integer(fields, "creation_ts").unwrap_or(info.creation_ts);
    })
}

/// Reads the user's addresses, tokens, devices and other data.
fn belongings(mut made: FakeUser, fields: &mut Fields<'_>) -> FakeUser {
    for medium in ["email", "msisdn"] {
        for address in texts(fields, medium) {
            made = made.threepid(medium, &address);
        }
    }
    for token in texts(fields, "access_token") {
        made = made.access_token(&token);
    }
    for device in texts(fields, "pushers") {
        made = made.pusher(&device);
    }
    for (data_type, data) in fields.mapping("account_data").unwrap_or_default() {
        if data.is_object() {
            made = made.account_data(&data_type, data);
        } else {
            let fix = "write account data as `{key: value}`".to_owned();
            let message = expected("a mapping", &data);
            fields.refuse_below::<()>(&["account_data", &data_type], message, Some(fix));
        }
    }
    for (provider, name) in fields.mapping("external_ids").unwrap_or_default() {
        if let Value::String(name) = name {
            made = made.external_id(&provider, &name);
        } else {
            let fix = "write the provider's name for the user, in quotes".to_owned();
            let message = expected("a string", &name);
            fields.refuse_below::<()>(&["external_ids", &provider], message, Some(fix));
        }
    }
    made
}

fn read_seen(
    mut made: FakeUser,
    items: Vec<Value>,
    path: &[String],
    flaws: &mut Vec<Flaw>,
) -> FakeUser {
    for (index, value) in items.into_iter().enumerate() {
        let path = below(path, &item(index));
        let Value::Object(members) = value else {
            let flaw = Flaw::new(&path, expected("a mapping", &value));
            flaws.push(flaw.fix("write `{ip: 192.0.2.1}`"));
            continue;
        };
        let mut fields = Fields::new(members, &path, flaws);
        let ip = fields.string("ip");
        let agent = fields.string("user_agent").unwrap_or_default();
        let last_seen = integer(&mut fields, "last_seen").unwrap_or_else(now_ms);
        if ip.is_none() {
            let fix = "add the address, like `ip: 192.0.2.1`".to_owned();
            fields.refuse_below::<()>(&[], "`ip` is missing", Some(fix));
        }
        fields.refuse_unknown(&SEEN_KEYS);
        made = made.seen(&ip.unwrap_or_default(), &agent, last_seen);
    }
    made
}

/// Milliseconds since 1970.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
