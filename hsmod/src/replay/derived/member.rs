//! The content of `m.room.member` events.

use hsmod_loader::values::{Event, JsonStr};
use serde::Deserialize;
use serde_json::Value;

/// A user's name and avatar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::replay) struct Profile {
    pub(super) display_name: Option<String>,
    pub(super) avatar_url: Option<String>,
}

/// The content of a member event.
pub(super) struct Member {
    pub(super) membership: String,
    pub(super) profile: Profile,
    pub(super) is_direct: bool,
    /// Whether this is an invite that replaced the invite of an e-mail address.
    pub(super) is_exchanged: bool,
}

/// The content as written by any server: only `membership` must have the right type.
#[derive(Deserialize)]
struct Content {
    membership: String,
    #[serde(default)]
    displayname: Value,
    #[serde(default)]
    avatar_url: Value,
    #[serde(default)]
    is_direct: Value,
    #[serde(default)]
    third_party_invite: Value,
}

impl Member {
    /// Reads a member event. `None` if it is malformed.
    pub(super) fn of(event: &Event<'_>) -> Option<Self> {
        Some(Self::said(event.content_json().parse().ok()?))
    }

    /// Reads a member event from its JSON.
    pub(super) fn of_json(event: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct WithContent {
            content: Content,
        }
        let WithContent { content } = JsonStr::new(event).parse().ok()?;
        Some(Self::said(content))
    }

    fn said(content: Content) -> Self {
        let text = |value: Value| match value {
            Value::String(text) => Some(text),
            _ => None,
        };
        let profile = Profile {
            display_name: text(content.displayname),
            avatar_url: text(content.avatar_url),
        };
        Self {
            membership: content.membership,
            profile,
            is_direct: content.is_direct == true,
            is_exchanged: content.third_party_invite.is_object(),
        }
    }
}
