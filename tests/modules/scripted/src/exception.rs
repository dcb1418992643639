//! Converts Python exceptions to module errors.

use hsmod_plugin_api::prelude::*;
use serde_json::{Map, Value};

use crate::python::code;

/// An exception, as the script describes it.
#[derive(Clone, Debug)]
pub(crate) struct Exception {
    class: String,
    message: String,
    status: u16,
    errcode: ErrorCode,
    additional: Map<String, Value>,
}

/// The keys of an outcome that describe the exception.
#[derive(Deserialize)]
struct Described {
    raise: String,
    #[serde(default)]
    msg: String,
    code: Option<u16>,
    errcode: Option<String>,
    additional: Option<Map<String, Value>>,
}

impl Exception {
    pub(crate) fn read(outcome: Map<String, Value>) -> Result<Self, String> {
        let described: Described =
            serde_json::from_value(outcome.into()).map_err(|error| error.to_string())?;
        let Described { raise: class, msg: message, code: status, errcode, additional } = described;
        if ["BaseException", "AsyncioCancelledError"].contains(&&*class) {
            return Err(format!("`{class}` exists only in Python"));
        }
        let errcode = errcode.as_deref().map(code).transpose()?;
        Ok(Self {
            message,
            status: status.unwrap_or(403),
            errcode: errcode.unwrap_or(ErrorCode::Unknown),
            additional: additional.unwrap_or_default(),
            class,
        })
    }

    /// Subclasses of `SynapseError` are refusals that the client sees. The constructors of two of
    /// them set status and errcode themselves.
    pub(crate) fn error(&self) -> ModuleError {
        let http = |status, errcode| {
            let error = ModuleError::http(status, errcode, &*self.message);
            let fields = self.additional.iter();
            fields.fold(error, |error, (name, value)| error.field(name, value.clone()))
        };
        match &*self.class {
            "SynapseError" | "AuthError" => http(self.status, self.errcode.clone()),
            "NotFoundError" => http(404, ErrorCode::NotFound),
            "InvalidClientCredentialsError" => http(401, ErrorCode::Forbidden),
            "CancelledError" => ModuleError::cancelled(),
            class => ModuleError::new(format_args!("{class}: {}", self.message)),
        }
    }
}
