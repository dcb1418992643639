//! The types of the arguments and answers of callbacks. Each is a plain C form or has one; none is
//! a type of another crate, so neither side depends on the version of a crate that the other uses.

pub mod account_renewal;
pub mod answer;
pub mod arg;
pub mod background_update;
pub mod by_name;
pub mod config_error;
pub mod delivery;
pub mod each;
pub mod editable;
pub mod error;
pub mod error_code;
pub mod event;
pub mod id;
#[cfg(feature = "host")]
pub mod input;
pub mod json;
pub mod json_answer;
pub mod json_argument;
pub mod lend;
pub mod limits;
pub mod login;
pub mod media;
pub mod presence;
pub mod sql;
pub mod state;
#[cfg(feature = "host")]
pub mod subject;
pub mod user;
pub mod verdict;

pub use account_renewal::LegacyRenewal;
pub use background_update::UpdateGuard;
pub use config_error::{ConfigError, ConfigKey};
pub use delivery::EventDelivery;
pub use each::Each;
pub use editable::{EditableJson, EditableText};
pub use error::{ErrorKind, ModuleError, Unanswered};
pub use error_code::ErrorCode;
pub use event::{Event, OwnedEvent};
pub use id::{OwnedRoomAlias, OwnedRoomId, OwnedUserId, RoomAlias, RoomId, UserId};
pub use json::{JsonObject, JsonStr};
pub use json_argument::JsonShape;
pub use limits::{MediaUploadLimit, RatelimitOverride};
pub use login::{AcceptedLogin, LoginResponse};
pub use media::{Chunks, FileInfo, ReadableFile, ThumbnailInfo};
pub use presence::{InterestedUsers, OwnedPresenceState, UserPresenceState, UsersForStates};
pub use sql::{Column, FromSql, Row, SqlRows, SqlValue};
pub use state::State;
pub use user::{ProfileInfo, RequestInfo, Requester, Threepid, UserProfile};
pub use verdict::{
    Denial, DirectoryVisibility, EventDecision, FederatedEventAction, Permission,
    RegistrationBehaviour, Verdict,
};
