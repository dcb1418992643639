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

/// Whether both readers read the same, or only the slow one reads it; whether the fast one did.
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
fn what_is_read_is_what_any_reader_reads() {
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
fn what_is_unusual_is_left_to_others() {
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
