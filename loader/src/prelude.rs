//! The names that a homeserver uses at its call sites: `use hsmod_loader::prelude::*;`.
//!
//! None of them is also a name in axum, salvo or ruma, so that this can be imported next to their
//! globs: the JSON text of an event is [`JsonText`] here and [`Json`](crate::Json) at the crate
//! root, the state of a room is [`StateHandle`] here and [`State`](crate::State) there. What only
//! the start of a homeserver needs, mainly [`Config`](crate::Config) and [`Host`](crate::Host), is
//! at the crate root. Identifiers, and other types that callbacks take or return, are in
//! [`values`].
//!
//! ```
//! use hsmod_loader::prelude::*;
//!
//! # #[derive(serde::Serialize)] struct Invite { sender: String, state_key: String, room_id: String }
//! async fn invite(modules: &Modules, invite: &Invite) -> Result<(), CallError> {
//!     let Invite { sender, state_key, room_id } = invite;
//!     modules.spam_checker().user_may_invite(sender, state_key, room_id).await?;
//!     let state = StateHandle::new(std::sync::Arc::new(()));
//!     modules.third_party_rules().check_event_allowed(Ser(invite), &state).await?;
//!     Ok(())
//! }
//! ```

pub use hsmod_plugin_api::host::{
    BuiltEvent, EditableText, EventError, EventParts, FileSource, GivenText, InputError,
    Json as JsonText, Parts, Pdu, Ser, StateHandle, StateSource,
};
pub use hsmod_plugin_api::module::WebRequest;

pub use crate::call_error::{CallError, CallErrorKind};
pub use crate::modules::Modules;
pub use crate::replacement::{Replaced, Replacement};
pub use crate::room_scope::holds_room;
pub use crate::{requests, rows, values};

#[cfg(all(test, feature = "axum"))]
#[allow(
    unused_imports,
    clippy::wildcard_imports,
    reason = "a name that two globs have is an error where it is used"
)]
mod beside_axum {
    use axum::body::*;
    use axum::extract::*;
    use axum::http::*;
    use axum::response::*;
    use axum::routing::*;
    use axum::*;

    use crate::prelude::*;

    /// Every name of the prelude, so that the compiler resolves each of them.
    type Names<'a> = (
        (BuiltEvent, EditableText, EventError, &'a dyn EventParts, GivenText),
        (InputError, JsonText<'a>, Parts<'a, ()>, Pdu<'a>, Ser<'a, ()>, StateHandle),
        (WebRequest<'a>, CallError, CallErrorKind, Modules, Replaced, Replacement),
    );

    #[test]
    fn names_do_not_clash_with_axum() {
        fn are_sources<S: StateSource, F: FileSource>() {}
        are_sources::<(), std::fs::File>();
        assert!(!holds_room("!r:x"));
        assert_eq!(rows::CATEGORIES.len(), 11);
        assert_eq!(requests::REQUESTS.len(), 16);
        assert_eq!(values::UserId::new("@a:x").server_name(), Some("x"));
        assert!(std::mem::size_of::<Names<'_>>() > 0);
    }
}

#[cfg(test)]
mod tests {
    /// The names in `salvo::prelude` 0.95, and names that homeservers use from ruma or define
    /// themselves.
    const TAKEN: &[&str] = &[
        "Depot",
        "Extractible",
        "FlowCtrl",
        "Handler",
        "Json",
        "JoinedListener",
        "Listener",
        "Piece",
        "Redirect",
        "Request",
        "Response",
        "Router",
        "Scribe",
        "Server",
        "Service",
        "Skipper",
        "StatusCode",
        "StatusError",
        "TcpListener",
        "Text",
        "UnixListener",
        "Writer",
        "async_trait",
        "endpoint",
        "handler",
        "Config",
        "Error",
        "Event",
        "EventId",
        "Host",
        "PduEvent",
        "Result",
        "RoomAliasId",
        "RoomId",
        "ServerName",
        "Services",
        "State",
        "UserId",
    ];

    #[test]
    fn names_do_not_clash_with_salvo_or_ruma() {
        let own = include_str!("prelude.rs").split("#[cfg(").next().unwrap_or_default();
        let imports = own.split("pub use ").skip(1);
        let names: Vec<&str> = imports
            .flat_map(|import| import.split(';').next().unwrap_or_default().split([',', '{', '}']))
            .filter_map(|name| name.trim().rsplit([':', ' ']).next())
            .filter(|name| !name.is_empty())
            .collect();
        assert!(names.contains(&"JsonText") && names.contains(&"holds_room"), "{names:?}");
        let clash: Vec<_> = names.iter().filter(|name| TAKEN.contains(name)).collect();
        assert!(
            clash.is_empty(),
            "{clash:?}: give it another name in the prelude, or leave it out"
        );
    }
}
