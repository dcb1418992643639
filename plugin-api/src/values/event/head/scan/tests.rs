use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const NOBODY: Known<'_> = Known { event_id: None, room_id: None };

const EVENTS: [&str; 3] = [
    r#"{"event_id":"$e","room_id":"!r:x","sender":"@ä:x","type":"m.room.message","depth":-0.5e+7,
        "origin_server_ts":1764000000000,"signatures":{"x":{"ed25519:a":"c2ln"}},"hashes":{},
        "content":{"body":"a \"quoted\" w\u00f6rd","a":[1,{"b":[]},true,false,null]}}"#,
    r#" { "content" : { } , "state_key" : "@b:x" , "prev_events" : [ "$p" , [ ] ] , "sender" : "@a:x" ,
        "type" : "m.room.member" , "room_id" : "!r:x" , "event_id" : "$e", "origin_server_ts" : -5 } "#,
    r#"{"event_id":"$e","room_id":"!r:x","sender":"@a:x","type":"t","state_key":null,"content":{}}"#,
];

/// Asserts that both readers agree, or only the slow one reads it; returns whether the fast one
/// did.
fn agree(json: &str) -> bool {
    let Some(head) = plain(json, NOBODY) else { return false };
    assert_eq!(Some(head), super::super::any(json, NOBODY).ok(), "{json}");
    true
}

#[test]
fn usual_events_are_read() {
    for event in EVENTS {
        assert!(agree(event), "{event}");
    }
    let deep = |levels| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        EVENTS[2].replace("null", &format!("null,\"x\":{open}{close}"))
    };
    assert!(agree(&deep(100)));
    assert!(!agree(&deep(102)));
}

#[test]
fn both_readers_agree() {
    let mut read = 0;
    for event in EVENTS {
        for place in event.char_indices().map(|(place, _)| place) {
            let (before, from) = event.split_at(place);
            let behind = from.chars().next().map_or("", |char| &from[char.len_utf8()..]);
            for by in [
                "", "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", "e", ".", " ", "\u{1}",
                "u", "ü",
            ] {
                read += usize::from(agree(&format!("{before}{by}{behind}")));
                agree(&format!("{before}{by}{from}"));
            }
            agree(before);
        }
    }
    assert!(read > 1_000, "{read}");
}

#[test]
fn unusual_notation_is_left_to_the_general_parser() {
    for (from, to) in [
        (r#""@ä:x""#, r#""@\u0061:x""#),
        ("\"type\"", "\"t\\u0079pe\""),
        (r#""room_id":"!r:x","#, ""),
        (r#""sender""#, r#""event_id""#),
        ("1764000000000", "1.5"),
        ("1764000000000", "-0"),
        ("1764000000000", "99999999999999999999"),
        (r#""content":{"#, r#""content":[{"#),
    ] {
        let event = EVENTS[0].replacen(from, to, 1);
        assert_ne!(event, EVENTS[0]);
        assert!(plain(&event, NOBODY).is_none(), "{event}");
    }
    let other = Known { event_id: None, room_id: Some("!other:x") };
    assert!(plain(EVENTS[0], other).is_none());
    let known = Known { event_id: Some("$known"), room_id: Some("!r:x") };
    let head = plain(EVENTS[0], known).unwrap();
    assert_eq!((&*head.event_id, head.named.as_deref()), ("$known", Some("$e")));
}

/// The fields that an event has to have or may have.
const FIELDS: [&str; 7] = [
    r#""event_id":"$e""#,
    r#""room_id" :"!r:x""#,
    r#""sender": "@ä:x""#,
    r#""type":"m.room.message""#,
    r#""state_key":"""#,
    r#""origin_server_ts":1764000000000"#,
    r#""content":{"body":"\\ \"quoted\" w\u00f6rd"}"#,
];

/// Keys of events, and others.
const KEYS: [&str; 10] = [
    "event_id",
    "room_id",
    "sender",
    "type",
    "state_key",
    "origin_server_ts",
    "content",
    "depth",
    "typ\\u0065",
    "",
];

/// Parts of strings: the first ones are valid.
const PIECES: [&str; 16] = [
    "a",
    "ä",
    "\u{1f600}",
    "eight by",
    "\u{7f}",
    "/",
    "\\n",
    "\\\"",
    "\\\\",
    "\\u00e4",
    "\\ud83d\\ude00",
    "\\ud800",
    "\\x",
    "\\u12",
    "\u{1}",
    "\t",
];
const SOUND_PIECES: usize = 11;

/// Values other than strings, objects and arrays: the first ones are valid.
const BARE: [&str; 19] = [
    "0",
    "-0",
    "17",
    "-1.5e+7",
    "9223372036854775807",
    "9223372036854775808",
    "1e400",
    "true",
    "false",
    "null",
    "{}",
    "[ ]",
    "01",
    "-",
    "1.",
    ".5",
    "1e",
    "nul",
    "NaN",
];
const SOUND_BARE: usize = 12;

/// The fragments that edits insert.
const BITS: [&str; 20] = [
    "",
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "0",
    "-",
    "e",
    ".",
    " ",
    "\u{1}",
    "u",
    "ü",
    "null",
    "\"type\":\"t\",",
    "\u{feff}",
];

/// Values made of the first `pieces` pieces and `bare` bare values, nested up to `levels` levels.
fn value(pieces: usize, bare: usize, levels: usize) -> impl Strategy<Value = String> {
    let text = move || {
        vec(select(&PIECES[..pieces]), 0..6).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
    };
    let leaf = prop_oneof![
        text(),
        select(&BARE[..bare]).prop_map(str::to_owned),
        (1..levels).prop_map(|levels| "[".repeat(levels) + &"]".repeat(levels)),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let member = (text(), inner.clone()).prop_map(|(key, value)| format!("{key} : {value}"));
        prop_oneof![
            vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            vec(member, 0..4).prop_map(|members| format!("{{{}}}", members.join(", "))),
        ]
    })
}

/// An event with all fields and further ones with these keys.
fn event(
    keys: &'static [&'static str],
    value: impl Strategy<Value = String>,
) -> impl Strategy<Value = String> {
    let more = (select(keys), value).prop_map(|(key, value)| format!("\"{key}\": {value}"));
    let fields =
        vec(more, 0..4).prop_map(|more| [FIELDS.map(str::to_owned).to_vec(), more].concat());
    fields.prop_shuffle().prop_map(|fields| format!("{{{}}}", fields.join(", ")))
}

/// Replaces ranges of characters by fragments.
fn edited(text: &str, edits: &[(usize, usize, &str)]) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for (at, length, bit) in edits {
        let at = at % (text.len() + 1);
        text.splice(at..(at + length).min(text.len()), bit.chars());
    }
    text.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_valid_events_are_read(
        event in event(&["depth", "", "auth_events"], value(SOUND_PIECES, SOUND_BARE, 90)),
    ) {
        prop_assert!(agree(&event), "{event}");
    }

    #[test]
    fn nothing_else_is_read_in_another_way(
        event in event(&KEYS, value(PIECES.len(), BARE.len(), 140)),
        edits in vec((any::<usize>(), 0_usize..4, select(&BITS[..])), 0..3),
    ) {
        let event = edited(&event, &edits);
        agree(&event);
        let shown = |head: Result<Head<'_>, serde_json::Error>| format!("{head:?}");
        prop_assert_eq!(shown(Head::read(&event)), shown(super::super::any(&event, NOBODY)));
    }
}
