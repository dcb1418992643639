//! The arguments of a call, from JSON.

use std::fs::File;
use std::sync::Arc;

use hsmod_loader::suggestion::closest;
use hsmod_loader::values::{
    FileInfo, OwnedEvent, ProfileInfo, RequestInfo, Requester, ThumbnailInfo, UserProfile,
};
use hsmod_loader::{CallbackInfo, EditableText, State};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::exit::{Result, Stop};
use crate::state::RoomState;

/// What was given for the arguments of a callback: each of them is there, or may be left out.
pub(super) struct Arguments {
    callback: &'static CallbackInfo,
    given: Map<String, Value>,
}

impl Arguments {
    /// # Errors
    /// It is no object, or an argument is unknown or missing.
    pub(super) fn new(callback: &'static CallbackInfo, given: Value) -> Result<Self> {
        let Value::Object(given) = given else {
            return Err(wrong(callback, "the arguments are not an object"));
        };
        let names = || callback.arguments.iter().map(|(name, _)| *name);
        if let Some(unknown) = given.keys().find(|key| !names().any(|name| name == *key)) {
            let meant = closest(unknown, names()).map(|name| format!("; did you mean `{name}`?"));
            let meant = meant.unwrap_or_default();
            return Err(wrong(callback, &format!("there is no argument `{unknown}`{meant}")));
        }
        let required = callback.arguments.iter().filter(|(_, rust)| !rust.starts_with("Option"));
        let mut missing = required.filter(|(name, _)| !given.contains_key(*name));
        match missing.next() {
            Some((name, _)) => Err(wrong(callback, &format!("the argument `{name}` is missing"))),
            None => Ok(Self { callback, given }),
        }
    }

    /// `user_may_invite`
    pub(super) fn callback(&self) -> &'static str {
        self.callback.name
    }

    /// `spam_checker`
    pub(super) fn category(&self) -> &'static str {
        self.callback.category
    }

    /// Whether the callback takes such an argument and it was given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// Text, a truth value, or one of the forms below; `Option` if it may be left out.
    pub(super) fn read<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        T::deserialize(self.value(name)).map_err(|error| self.unreadable(name, &error.to_string()))
    }

    pub(super) fn text(&self, name: &str) -> Result<String> {
        self.read(name)
    }

    pub(super) fn optional(&self, name: &str) -> Result<Option<String>> {
        self.read(name)
    }

    /// `event`
    pub(super) fn event(&self) -> Result<OwnedEvent> {
        event(self.value("event")).map_err(|reason| self.unreadable("event", &reason))
    }

    /// `state_events`: a list of state events.
    pub(super) fn state(&self) -> Result<State> {
        const NAME: &str = "state_events";
        let mut state = RoomState::default();
        for (index, item) in self.read::<Vec<Value>>(NAME)?.iter().enumerate() {
            let unreadable =
                |reason: &str| self.unreadable(NAME, &format!("item {index}: {reason}"));
            let event = event(item).map_err(|reason| unreadable(&reason))?;
            if !state.insert(&event.as_event()) {
                return Err(unreadable("it has no `state_key`"));
            }
        }
        Ok(State::new(Arc::new(state)))
    }

    /// An object, as JSON text.
    pub(super) fn json(&self, name: &str) -> Result<String> {
        self.read::<Map<String, Value>>(name).map(|object| Value::Object(object).to_string())
    }

    /// An object that the modules may change.
    pub(super) fn editable(&self, name: &str) -> Result<EditableText> {
        self.json(name).map(EditableText::new)
    }

    /// A file by its path: the path, the open file and its length.
    pub(super) fn file(&self, name: &str) -> Result<(String, File, u64)> {
        let path = self.text(name)?;
        let unreadable = |error| self.unreadable(name, &format!("cannot read `{path}`: {error}"));
        let file = File::open(&path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        Ok((path, file, length))
    }

    /// An argument that a module cannot be asked with.
    pub(super) fn unreadable(&self, name: &str, reason: &str) -> Stop {
        wrong(self.callback, &format!("the argument `{name}` cannot be read: {reason}"))
    }

    fn value(&self, name: &str) -> &Value {
        self.given.get(name).unwrap_or(&Value::Null)
    }
}

fn event(value: &Value) -> std::result::Result<OwnedEvent, String> {
    OwnedEvent::from_json(value.to_string()).map_err(|error| {
        let error = error.to_string();
        // The position is one in a text that the user never saw.
        error.split(" at line ").next().unwrap_or_default().to_owned()
    })
}

/// Wrong usage of a callback; lists what it takes.
fn wrong(callback: &CallbackInfo, what: &str) -> Stop {
    let takes = callback.arguments.iter().map(|(name, rust)| format!("`{name}` ({})", form(rust)));
    let takes = takes.collect::<Vec<_>>().join(", ");
    let CallbackInfo { category, name, .. } = callback;
    Stop::wrong(format!("{category}.{name}: {what}\n  it takes {takes}"))
}

/// The JSON that is given for an argument of a type.
fn form(rust: &str) -> &'static str {
    match rust {
        "bool" => "true or false",
        "&Event<'_>" => "an event",
        "&State<'_>" => "a list of state events",
        "&JsonStr" | "&mut EditableJson<'_>" => "an object",
        "&ReadableFile<'_>" => "the path of a file",
        "&FileInfo<'_>" => "{file_id, server_name?, url_cache?, thumbnail?}",
        "&UserProfile<'_>" => "{user_id, display_name?, avatar_url?}",
        "&ProfileInfo<'_>" => "{display_name?, avatar_url?}",
        "&Requester<'_>" => "{user, device_id?, is_guest?, ..}",
        "&[RequestInfo<'_>]" => "a list of [user agent, IP address]",
        "Option<&Threepid<'_>>" => "{medium, address} or null",
        rust if rust.starts_with("Option") => "text or null",
        _ => "text",
    }
}

/// `user_profile`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserProfileForm {
    user_id: String,
    display_name: Option<String>,
    avatar_url: Option<String>,
}

impl UserProfileForm {
    pub(super) fn view(&self) -> UserProfile<'_> {
        UserProfile::new(&self.user_id, self.display_name.as_deref(), self.avatar_url.as_deref())
    }
}

/// `new_profile`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileForm {
    display_name: Option<String>,
    avatar_url: Option<String>,
}

impl ProfileForm {
    pub(super) fn view(&self) -> ProfileInfo<'_> {
        ProfileInfo::new(self.display_name.as_deref(), self.avatar_url.as_deref())
    }
}

/// `email_threepid`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThreepidForm {
    pub(super) medium: String,
    pub(super) address: String,
}

/// An item of `request_info`: an object, or the pair that Synapse passes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientForm {
    user_agent: Option<String>,
    ip: String,
}

impl ClientForm {
    pub(super) fn view(&self) -> RequestInfo<'_> {
        RequestInfo::new(self.user_agent.as_deref(), &self.ip)
    }
}

/// `file_info`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileForm {
    file_id: String,
    server_name: Option<String>,
    #[serde(default)]
    url_cache: bool,
    thumbnail: Option<ThumbnailForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThumbnailForm {
    width: u32,
    height: u32,
    method: String,
    r#type: String,
    length: u64,
}

impl FileForm {
    pub(super) fn view(&self) -> FileInfo<'_> {
        let mut info = FileInfo::new(self.server_name.as_deref(), &self.file_id);
        if let Some(ThumbnailForm { width, height, method, r#type, length }) = &self.thumbnail {
            info =
                info.with_thumbnail(ThumbnailInfo::new(*width, *height, method, r#type, *length));
        }
        if self.url_cache { info.with_url_cache() } else { info }
    }
}

/// `requester`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequesterForm {
    user: String,
    device_id: Option<String>,
    app_service_id: Option<String>,
    authenticated_entity: Option<String>,
    access_token_id: Option<i64>,
    #[serde(default)]
    is_guest: bool,
    #[serde(default)]
    shadow_banned: bool,
}

impl RequesterForm {
    pub(super) fn view(&self) -> Requester<'_> {
        let mut requester = Requester::new(&self.user);
        if let Some(device_id) = &self.device_id {
            requester = requester.with_device_id(device_id);
        }
        if let Some(app_service_id) = &self.app_service_id {
            requester = requester.with_app_service_id(app_service_id);
        }
        if let Some(entity) = &self.authenticated_entity {
            requester = requester.with_authenticated_entity(entity);
        }
        if let Some(id) = self.access_token_id {
            requester = requester.with_access_token_id(id);
        }
        if self.is_guest {
            requester = requester.as_guest();
        }
        if self.shadow_banned { requester.as_shadow_banned() } else { requester }
    }
}
