//! The page `docs/requests.md`, generated from the code.

use std::fmt::Write;

use hsmod_plugin_api::requests::{REQUESTS, RequestRow};

/// How many of 62 surveyed Synapse modules make each request; those not listed are made by none.
pub const USED_BY: &[(&str, u32)] = &[
    ("check_user_exists", 14),
    ("get_room_state", 9),
    ("create_and_send_event_into_room", 9),
    ("update_room_membership", 7),
    ("get_global", 5),
    ("register_user", 5),
    ("get_state_events_in_room", 4),
    ("put_global", 4),
    ("is_user_admin", 4),
    ("get_user_by_req", 4),
    ("create_room", 4),
    ("set_displayname", 4),
    ("get_profile_for_user", 2),
    ("room_is_in_public_room_list", 2),
    ("get_userinfo_by_id", 2),
    ("register_device", 2),
    ("get_threepids_for_user", 1),
    ("record_user_external_id", 1),
    ("set_user_admin", 1),
    ("delete_room", 1),
    ("send_local_online_presence_to", 1),
    ("check_username", 1),
];

/// Groups that the loader itself answers or passes on: `docs/services.md` describes them, and the
/// modules `good_keeper` and `good_worker` test them.
pub const OF_THE_LOADER: &[&str] = &["time", "caches", "storage", "http", "templates", "mail"];

/// The requests that only a homeserver can answer, by group.
pub fn of_homeservers() -> impl Iterator<Item = &'static [RequestRow]> {
    let own =
        |rows: &&[RequestRow]| rows.first().is_some_and(|row| !OF_THE_LOADER.contains(&row.group));
    REQUESTS.iter().copied().filter(own)
}

/// The page.
///
/// # Panics
/// If the documentation of a request does not say since when it exists.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for rows in of_homeservers() {
        let group = rows.first().map_or("", |row| row.group);
        write!(page, "\n## {group}\n\nAnswered with `Host::{group}`.\n{COLUMNS}")
            .expect("a string takes everything");
        for request in rows {
            page += &row(request);
        }
    }
    page
}

const HEAD: &str = "\
# Requests

All requests that a module can make to its homeserver: the methods of `ModuleApi`, of its
`account_data_manager()` and of its `public_room_list_manager()`. Names and arguments are Synapse's.
`ModuleApi::register`, deprecated there too, is `register_user` and `register_device` in one call.

A homeserver may answer only some groups, and only some requests of a group; `supports(name)` says
whether it answers one. A request that is not answered returns an error that names it:
`ModuleError::unanswered` gives the reason (*Unsupported*, *Trial*, *WouldDeadlock*, *ShuttingDown*, *TooMany*). A request that locks a
room waits for that room's lock. Inside a callback that the homeserver makes while it holds the lock, the
request would wait forever, so it fails with *WouldDeadlock* instead. More than 256 concurrent requests of
one module fail with *TooMany*, and so do more than 32 nested callbacks and requests (reading a room's
state counts as a request), since modules and homeserver could otherwise call each other without end.
*Used by* is the number of 62 surveyed Synapse modules that make the request.

An argument `&impl Serialize` takes any value that serializes to the kind of JSON given after it: a
`serde_json::json!(..)`, a struct, a list of `&str`, or `&()` for `null`. A `JsonStr`, which is already
JSON text, is sent unchanged. A value of another kind is an error that names the argument, and the request
is not made. The homeserver receives the text as a `&JsonStr`.

This page is generated from the code: `UPDATE_SNAPSHOTS=1 cargo test -p hsmod-tests requests_page`.
";

const COLUMNS: &str = "\n\
| request | Synapse | arguments | answer | locks | what it does | used by |
| --- | --- | --- | --- | --- | --- | --- |
";

fn row(request: &RequestRow) -> String {
    let arguments: Vec<String> =
        request.arguments.iter().map(|(name, kind)| argument(request, name, kind)).collect();
    let used = USED_BY.iter().find(|(name, _)| *name == request.name).map_or(0, |(_, used)| *used);
    let (doc, since) = doc_and_since(request);
    format!(
        "| `{}` | {since} | {} | `{}` | {} | {doc} | {used} |\n",
        request.name,
        arguments.join(", "),
        request.answer,
        request.locks.map(|room| format!("`{room}`")).unwrap_or_default(),
    )
}

/// An argument as a module passes it.
fn argument(request: &RequestRow, name: &str, kind: &str) -> String {
    match request.json.iter().find(|(json, _)| *json == name) {
        Some((_, shape)) => format!("`{name}: &impl Serialize` ({shape})"),
        None => format!("`{name}: {kind}`"),
    }
}

/// The documentation without its last sentence, and the Synapse version that introduced the
/// request, from that sentence.
fn doc_and_since(request: &RequestRow) -> (String, String) {
    let lines: Vec<&str> = request.doc.iter().map(|line| line.trim()).collect();
    let doc = lines.join(" ");
    if let Some((doc, version)) = doc.split_once(" Since Synapse ") {
        return (doc.to_owned(), version.trim_end_matches('.').to_owned());
    }
    let (doc, _) = doc
        .split_once(" Not in Synapse")
        .unwrap_or_else(|| panic!("`{}` does not say since when it exists", request.name));
    (doc.to_owned(), "not there".to_owned())
}
