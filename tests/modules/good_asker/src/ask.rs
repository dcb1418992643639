//! Makes a request through the typed methods of [`ModuleApi`], with arguments and answer as JSON.

use std::collections::BTreeMap;

use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::requests::logins::{RegisteredDevice, RegistrationToken};
use hsmod_plugin_api::requests::rooms::{AliasTarget, CreatedRoom};
use hsmod_plugin_api::requests::threepids::UserThreepid;
use hsmod_plugin_api::requests::users::{AuthenticatedUser, Profile, UserInfo, UserIpAndAgent};
use hsmod_plugin_api::values::ErrorKind;
use serde_json::{Value, json};

use crate::argument::{Argument, Given};
use crate::every_request;

/// A request as tests describe it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    request: String,
    #[serde(default)]
    args: BTreeMap<String, Value>,
    /// The number of times it is made concurrently.
    #[serde(default = "once")]
    pub(crate) times: usize,
    /// The expected answer; `None` if any will do.
    expect: Option<Value>,
}

impl Asked {
    /// Returns the outcome, or an error if the answer is not the expected one.
    pub(crate) fn expected(
        &self,
        outcome: Result<Value, ModuleError>,
    ) -> Result<Value, ModuleError> {
        let answer = outcome?;
        match &self.expect {
            Some(expected) if answer != *expected => {
                Err(ModuleError::new(format_args!("`{}` answered {answer}", self.request)))
            }
            _ => Ok(answer),
        }
    }
}

const fn once() -> usize {
    1
}

/// The object whose method a request is.
macro_rules! part {
    ($api:ident []) => {
        $api
    };
    ($api:ident [.$part:ident()]) => {
        $api.$part()
    };
}

/// One arm for each request.
macro_rules! ask {
    ($( $trait:ident $part:tt {
        $( $(#[cfg($cfg:meta)])? $name:ident($($arg:ident: $type:ty),*) -> $answer:ty; )*
    } )*) => {
        /// Makes the request. `web` is the HTTP request that is being handled.
        pub(crate) async fn ask(
            api: &ModuleApi,
            asked: &Asked,
            web: Option<&WebRequest<'_>>,
        ) -> Result<Value, ModuleError> {
            match &*asked.request {
                $($(
                    $(#[cfg($cfg)])?
                    stringify!($name) => {
                        $( let $arg = Given::new(&asked.args, stringify!($arg), web)?; )*
                        $( let $arg: $type = Argument::read(&$arg)?; )*
                        let answer: $answer = part!(api $part).$name($($arg),*).await?;
                        Ok(serde_json::to_value(answer)?)
                    }
                )*)*
                name => Err(ModuleError::new(format_args!("this module knows no `{name}`"))),
            }
        }
    };
}

every_request!(ask);

/// The outcome for the tests: `{"answer": ..}` or `{"error": {..}}`.
pub(crate) fn told(outcome: Result<Value, ModuleError>) -> Value {
    let error = match outcome {
        Ok(answer) => return json!({"answer": answer}),
        Err(error) => error,
    };
    let error = match error.into_kind() {
        ErrorKind::Http { status, errcode, message, fields } => {
            json!({
                "status": status, "errcode": errcode.as_str(), "message": message, "fields": fields,
            })
        }
        ErrorKind::Unanswered { reason, message } => {
            json!({"unanswered": format!("{reason:?}"), "message": message})
        }
        ErrorKind::Cancelled => json!({"cancelled": true}),
        ErrorKind::Failed { message } => json!({"message": message}),
        other => json!({"unknown": format!("{other:?}")}),
    };
    json!({"error": error})
}
