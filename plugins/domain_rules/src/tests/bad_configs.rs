//! Tests the defaults, and the errors for invalid configs.

use super::*;

fn error(config: Value) -> String {
    DomainRules::parse_config(config).err().unwrap().to_string()
}

#[test]
fn defaults() {
    let config = json!({"can_invite_if_not_in_domain_mapping": true});
    let config = DomainRules::parse_config(config).ok().unwrap();
    assert!(config.can_invite_if_not_in_domain_mapping && config.can_invite_by_third_party_id);
    assert!(config.domain_mapping.is_empty());
    assert!(config.domains_prevented_from_being_invited_to_published_rooms.is_empty());
    assert!(!config.can_only_join_rooms_with_invite);
    assert!(!config.can_only_invite_during_room_creation);
    assert!(!config.additional_creators_count);
}

#[test]
fn keys_and_types() {
    let default = "can_invite_if_not_in_domain_mapping";
    assert_eq!(error(json!({})), format!("missing field `{default}`"));
    for (value, said) in [
        (json!({default: "yes"}), "invalid type: string \"yes\", expected a boolean"),
        (json!({default: null}), "invalid type: null, expected a boolean"),
    ] {
        assert_eq!(error(value), format!("{default}: {said}"));
    }
    for (key, value, said) in [
        ("domain_mapping", json!([]), "domain_mapping: invalid type: sequence, expected a map"),
        (
            "domain_mapping",
            json!({"a": "b"}),
            "domain_mapping.a: invalid type: string \"b\", expected a sequence",
        ),
        (
            "domain_mapping",
            json!({"a": ["b", 1]}),
            "domain_mapping.a.<item 1>: invalid type: integer `1`, expected a string",
        ),
        (
            "domains_prevented_from_being_invited_to_published_rooms",
            json!("b"),
            "domains_prevented_from_being_invited_to_published_rooms: invalid type: string \"b\", \
             expected a sequence",
        ),
        (
            "can_only_join_rooms_with_invite",
            json!(1),
            "can_only_join_rooms_with_invite: invalid type: integer `1`, expected a boolean",
        ),
    ] {
        assert_eq!(error(json!({default: true, key: value})), said);
    }
    let said = error(json!({default: true, "default": 1}));
    assert!(said.starts_with("default: unknown field `default`, expected one of"), "{said}");
}
