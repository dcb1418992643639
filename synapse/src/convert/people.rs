//! Users and clients: requesters, profiles, and the origins of requests.

use hsmod_loader::values::{ProfileInfo, RequestInfo, Requester, Threepid, UserProfile};
use pyo3::intern;
use pyo3::prelude::*;

use super::arguments::{Argument, optional_text, text};
use crate::home::Home;

/// The requests that led to a registration or login: pairs of user agent and IP address.
pub(crate) struct RequestInfos(Vec<(Option<String>, String)>);

impl Argument for RequestInfos {
    type View<'a> = Vec<RequestInfo<'a>>;
    type Input<'v> = &'v [RequestInfo<'v>];

    fn take(_: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        value.try_iter()?.map(|pair| pair?.extract()).collect::<PyResult<_>>().map(Self)
    }

    fn view(&self) -> Vec<RequestInfo<'_>> {
        self.0.iter().map(|(agent, ip)| RequestInfo::new(agent.as_deref(), ip)).collect()
    }

    fn input<'v>(view: &'v Vec<RequestInfo<'_>>) -> &'v [RequestInfo<'v>] {
        view
    }
}

/// A verified address of the user, or `None`.
pub(crate) struct OptionalThreepid(Option<(String, String)>);

impl Argument for OptionalThreepid {
    type View<'a> = Option<Threepid<'a>>;
    type Input<'v> = Option<&'v Threepid<'v>>;

    fn take(_: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if value.is_none() {
            return Ok(Self(None));
        }
        let part = |name: &str| text(&value.get_item(name)?);
        Ok(Self(Some((part("medium")?, part("address")?))))
    }

    fn view(&self) -> Option<Threepid<'_>> {
        self.0.as_ref().map(|(medium, address)| Threepid::new(medium, address))
    }

    fn input<'v>(view: &'v Option<Threepid<'_>>) -> Option<&'v Threepid<'v>> {
        view.as_ref()
    }
}

/// A user as the user directory shows them: a dictionary.
pub(crate) struct Profile {
    user_id: String,
    display_name: Option<String>,
    avatar_url: Option<String>,
}

impl Argument for Profile {
    type View<'a> = UserProfile<'a>;
    type Input<'v> = &'v UserProfile<'v>;

    fn take(_: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let get = |name: &str| optional_text(&value.call_method1("get", (name,))?);
        Ok(Self {
            user_id: text(&value.get_item("user_id")?)?,
            display_name: get("display_name")?,
            avatar_url: get("avatar_url")?,
        })
    }

    fn view(&self) -> UserProfile<'_> {
        let (display_name, avatar_url) = (self.display_name.as_deref(), self.avatar_url.as_deref());
        UserProfile::new(&self.user_id, display_name, avatar_url)
    }

    fn input<'v>(view: &'v UserProfile<'_>) -> &'v UserProfile<'v> {
        view
    }
}

/// A user's new profile: a `ProfileInfo`.
pub(crate) struct NewProfile {
    display_name: Option<String>,
    avatar_url: Option<String>,
}

impl Argument for NewProfile {
    type View<'a> = ProfileInfo<'a>;
    type Input<'v> = &'v ProfileInfo<'v>;

    fn take(_: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self {
            display_name: optional_text(&value.getattr("display_name")?)?,
            avatar_url: optional_text(&value.getattr("avatar_url")?)?,
        })
    }

    fn view(&self) -> ProfileInfo<'_> {
        ProfileInfo::new(self.display_name.as_deref(), self.avatar_url.as_deref())
    }

    fn input<'v>(view: &'v ProfileInfo<'_>) -> &'v ProfileInfo<'v> {
        view
    }
}

/// The requester: a `Requester`.
pub(crate) struct Who {
    user: String,
    device_id: Option<String>,
    app_service_id: Option<String>,
    authenticated_entity: Option<String>,
    scope: String,
    access_token_id: Option<i64>,
    is_guest: bool,
    shadow_banned: bool,
}

impl Argument for Who {
    type View<'a> = Requester<'a>;
    type Input<'v> = &'v Requester<'v>;

    fn take(_: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = value.py();
        let user = text(&value.getattr(intern!(py, "user"))?)?;
        let entity = optional_text(&value.getattr(intern!(py, "authenticated_entity"))?)?;
        let scopes = value.getattr(intern!(py, "scope"))?.try_iter()?;
        let mut scopes: Vec<String> = scopes.map(|scope| text(&scope?)).collect::<PyResult<_>>()?;
        // A set has no order, but the same request should always look the same.
        scopes.sort_unstable();
        Ok(Self {
            // In Synapse every requester has an authenticated entity, most often the user.
            authenticated_entity: entity.filter(|entity| *entity != user),
            user,
            device_id: optional_text(&value.getattr(intern!(py, "device_id"))?)?,
            app_service_id: app_service_id(value)?,
            scope: scopes.join(" "),
            access_token_id: value.getattr(intern!(py, "access_token_id"))?.extract()?,
            is_guest: value.getattr(intern!(py, "is_guest"))?.is_truthy()?,
            shadow_banned: value.getattr(intern!(py, "shadow_banned"))?.is_truthy()?,
        })
    }

    fn view(&self) -> Requester<'_> {
        let mut requester = Requester::new(&self.user).with_scope(&self.scope);
        if let Some(device_id) = &self.device_id {
            requester = requester.with_device_id(device_id);
        }
        if let Some(id) = &self.app_service_id {
            requester = requester.with_app_service_id(id);
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
        if self.shadow_banned {
            requester = requester.as_shadow_banned();
        }
        requester
    }

    fn input<'v>(view: &'v Requester<'_>) -> &'v Requester<'v> {
        view
    }
}

/// The application service of a request; older versions of Synapse store it as an object.
fn app_service_id(requester: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    if let Some(id) = requester.getattr_opt("app_service_id")? {
        return optional_text(&id);
    }
    match requester.getattr_opt("app_service")? {
        Some(service) if !service.is_none() => optional_text(&service.getattr("id")?),
        _ => Ok(None),
    }
}
