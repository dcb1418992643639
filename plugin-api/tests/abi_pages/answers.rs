//! The answers of callbacks and requests: their types in C, and whether an unreadable answer is a
//! denial.

use std::collections::BTreeMap;

use hsmod_plugin_api::module::WebResponse;
use hsmod_plugin_api::module::http_response::HttpResponse;
use hsmod_plugin_api::requests::logins::{RegisteredDevice, RegistrationToken};
use hsmod_plugin_api::requests::rooms::{AliasTarget, CreatedRoom};
use hsmod_plugin_api::requests::threepids::UserThreepid;
use hsmod_plugin_api::requests::users::{AuthenticatedUser, Profile, UserInfo, UserIpAndAgent};
use hsmod_plugin_api::values::answer::{Answer, Unreadable};
use hsmod_plugin_api::values::{
    AcceptedLogin, DirectoryVisibility, EventDecision, FederatedEventAction, InterestedUsers,
    JsonObject, LegacyRenewal, MediaUploadLimit, OwnedEvent, Permission, RatelimitOverride,
    RegistrationBehaviour, SqlRows, UpdateGuard, UsersForStates, Verdict,
};

/// A type of answers.
pub(crate) struct Known {
    /// The name of the type in the rows.
    pub(crate) name: &'static str,
    /// The type in C.
    pub(crate) in_c: &'static str,
    /// Whether it is documented on the page of JSON.
    pub(crate) is_json: bool,
    /// Whether an unreadable answer is a denial.
    pub(crate) denies: fn() -> bool,
}

impl Known {
    /// The beginning of its row in `docs/abi/answers.md`.
    pub(crate) fn row(&self) -> String {
        match (self.name, self.is_json) {
            (_, true) => "| [other JSON](json.md) | `hsmod_owned_str`, JSON text |".to_owned(),
            ("HttpResponse" | "WebResponse", _) => {
                "| `HttpResponse`, `WebResponse` | `hsmod_web_response` |".to_owned()
            }
            // A description of the contents follows.
            (name, _) if self.in_c == "hsmod_owned_str" || self.in_c.starts_with("hsmod_owned") => {
                format!("| `{name}` | `{}`", self.in_c)
            }
            (name, _) if self.in_c == "none" => format!("| `{name}` | none |"),
            (name, _) => format!("| `{name}` | `{}` |", self.in_c),
        }
    }
}

fn denies<A: Answer>() -> bool {
    A::of_unreadable(Unreadable("")).is_ok()
}

macro_rules! known {
    ($( $in_c:literal: $($type:ty)|+; )* json: $($json:ty)|+; ) => {
        /// All types of answers.
        pub(crate) const KNOWN: &[Known] = &[
            $( $( Known {
                name: stringify!($type), in_c: $in_c, is_json: false, denies: denies::<$type>,
            }, )+ )*
            $( Known {
                name: stringify!($json), in_c: "hsmod_owned_str", is_json: true,
                denies: denies::<$json>,
            }, )+
        ];
    };
}

known! {
    "hsmod_verdict": Verdict;
    "hsmod_decision": EventDecision;
    "uint32_t": Permission | FederatedEventAction | DirectoryVisibility | RegistrationBehaviour;
    "none": ();
    "hsmod_flag": bool | Option<bool>;
    "int64_t": i64 | Option<i64>;
    "hsmod_owned_str": String | Option<String> | JsonObject | Option<JsonObject> | OwnedEvent;
    "hsmod_owned_array_of_owned_str": Vec<OwnedEvent>;
    "hsmod_owned_bytes": SqlRows;
    "hsmod_web_response": HttpResponse | WebResponse;
    "hsmod_accepted_login": Option<AcceptedLogin>;
    "hsmod_legacy_renewal": LegacyRenewal;
    "hsmod_update_guard": UpdateGuard;
    "hsmod_ratelimit_override": Option<RatelimitOverride>;
    "hsmod_owned_array_of_media_upload_limit": Option<Vec<MediaUploadLimit>>;
    json: Option<UserInfo> | AuthenticatedUser | Profile | Vec<UserIpAndAgent>
        | Vec<(String, String)> | RegisteredDevice | RegistrationToken | Vec<RegistrationToken>
        | CreatedRoom | AliasTarget | Vec<UserThreepid> | BTreeMap<String, bool>
        | UsersForStates | InterestedUsers;
}

/// The type of answer with this name.
///
/// # Panics
/// If there is none.
pub(crate) fn known(name: &str) -> &'static Known {
    let spaceless = |text: &str| text.replace(' ', "");
    KNOWN.iter().find(|known| spaceless(known.name) == spaceless(name)).unwrap_or_else(|| {
        panic!("the answer `{name}` has no row in this file and in docs/abi/answers.md or json.md")
    })
}
