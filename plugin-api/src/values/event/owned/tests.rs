//! Shows that an owned event has the fields of the borrowed one, whether it was read early or late.

use super::*;

fn unread(json: &str) -> OwnedEvent {
    OwnedEvent::unread(json.to_owned().into())
}

#[test]
fn late_reads_equal_early_ones() {
    let json =
        r#"{"event_id":"$e","room_id":"!r:x","sender":"@\u0061:x","type":"t","content":{"a":1}}"#;
    let event = unread(json);
    assert_eq!(event.clone().as_event().sender(), "@a:x");
    assert_eq!(event, OwnedEvent::from_json(json).unwrap());
    assert_ne!(event, OwnedEvent::from_json(json).unwrap().with_room_version("12"));
    assert_eq!(event.as_event().content_json().as_str(), r#"{"a":1}"#);
    assert_eq!(format!("{event:?}"), "t $e by @a:x");
}

#[test]
fn owned_events_have_the_methods_of_events() {
    let methods = |text: &str| -> Vec<String> {
        let name = |line: &str| {
            let name = line.strip_prefix("    pub fn ")?.split(['(', '<']).next()?;
            Some(name.to_owned())
        };
        text.lines().filter_map(name).collect()
    };
    let source = include_str!("../../event.rs");
    let (_, own) = source.split_once("impl<'a> Event<'a> {\n").unwrap();
    let of_event = methods(own.split_once("\n}\n").unwrap().0);
    let (_, list) = include_str!("../owned.rs").split_once("\nas_event! {\n").unwrap();
    let list = list.split_once("\n}\n").unwrap().0;
    let of_owned = methods(&list.replace("    ", "    pub fn ").replace(" ->", "("));
    assert_eq!(of_event, of_owned, "a method was forgotten in `as_event!`, or is not in order");
    assert!(of_event.len() > 10, "{of_event:?}");
}

#[test]
fn a_text_that_is_no_event_panics_when_it_is_read() {
    let event = unread("[]");
    assert_eq!(
        format!("{event:?}"),
        "not an event: invalid type: sequence, expected an event, which is an object at line 1 \
         column 0"
    );
    assert_eq!(event, unread("[]"));
    assert_ne!(event, unread("{}"));
    let panic = std::panic::catch_unwind(|| event.as_event().sender().to_owned()).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.starts_with("the homeserver gave an event that cannot be read: "), "{message}");
}
