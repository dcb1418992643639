//! What callbacks take and answer. Each type is, or has, a plain C form; none is a type of another
//! crate, so that nothing depends on which version of it either side uses.

pub mod answer;
pub mod arg;
pub mod editable;
pub mod error;
pub mod error_code;
pub mod event;
pub mod id;
#[cfg(feature = "host")]
pub mod input;
pub mod json;
pub mod media;
pub mod state;
pub mod text;
pub mod user;
pub mod verdict;

pub use editable::{EditableJson, EditableText};
pub use error::{ConfigError, ConfigKey, ErrorKind, ModuleError};
pub use error_code::ErrorCode;
pub use event::{Event, OwnedEvent};
pub use id::{RoomAlias, RoomId, UserId};
pub use json::JsonStr;
pub use media::{Chunks, FileInfo, ReadableFile, ThumbnailInfo};
pub use state::State;
pub use user::{ProfileInfo, RequestInfo, Requester, Threepid, UserProfile};
pub use verdict::{
    DirectoryVisibility, EventDecision, FederatedEventAction, Permission, RegistrationBehaviour,
    Verdict,
};
