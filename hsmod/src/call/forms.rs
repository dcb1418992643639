//! The arguments that are more than strings: objects whose keys have Synapse's names.

use hsmod_loader::values::{
    FileInfo, MediaUploadLimit, ProfileInfo, RequestInfo, Requester, ThumbnailInfo, UserProfile,
};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::form::Form;

/// A value that must be an object. Without this, serde would also accept a list, by the order of
/// the fields.
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if !value.is_object() {
            let found = Form::found(&value);
            return Err(D::Error::custom(format!("it is {found}, not an object")));
        }
        T::deserialize(value).map(Self).map_err(D::Error::custom)
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
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "an item is [user agent or null, IP address], or {user_agent, ip}"
)]
pub(super) enum ClientForm {
    Pair(Option<String>, String),
    Named { user_agent: Option<String>, ip: String },
}

impl ClientForm {
    pub(super) fn view(&self) -> RequestInfo<'_> {
        let (Self::Pair(user_agent, ip) | Self::Named { user_agent, ip }) = self;
        RequestInfo::new(user_agent.as_deref(), ip)
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
    thumbnail: Option<Object<ThumbnailForm>>,
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
        if let Some(Object(ThumbnailForm { width, height, method, r#type, length })) =
            &self.thumbnail
        {
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

/// `limit`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitForm {
    max_bytes: u64,
    time_period_ms: u64,
    info_uri: Option<String>,
    #[serde(default)]
    can_upgrade: bool,
}

impl LimitForm {
    pub(super) fn limit(self) -> MediaUploadLimit {
        let limit = MediaUploadLimit::new(self.max_bytes, self.time_period_ms);
        let limit = limit.can_upgrade(self.can_upgrade);
        match self.info_uri {
            Some(uri) => limit.info_uri(uri),
            None => limit,
        }
    }
}

/// `delivery`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeliveryForm {
    pub(super) server_name: String,
    pub(super) method: String,
    pub(super) events: Vec<Box<RawValue>>,
}

/// `request`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestForm {
    #[serde(default = "post")]
    pub(super) method: String,
    #[serde(default = "validity")]
    pub(super) path: String,
    pub(super) body: Map<String, Value>,
}

fn post() -> String {
    "POST".to_owned()
}

fn validity() -> String {
    "/_synapse/admin/v1/account_validity/validity".to_owned()
}
