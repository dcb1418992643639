//! `account_validity`, as `synapse/handlers/account_validity.py` and its neighbours call it.

use std::sync::Arc;

use hsmod_loader::web::parts;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use super::rows;
use crate::convert::answers::{done, nothing, number, opinion, renewal};
use crate::convert::arguments::{OptionalText, Text};
use crate::convert::request::request;
use crate::home::Home;
use crate::task::Asking;
use crate::web::Numbered;

rows! { account_validity {
    is_user_expired(user_id: Text) => opinion;
    on_user_registration(user_id: Text) => nothing;
    on_user_login(user_id: Text, auth_provider_type: OptionalText, auth_provider_id: OptionalText)
        => nothing;
    on_legacy_send_mail(user_id: Text) => done;
    on_legacy_renew(token: Text) => renewal;
    on_legacy_admin_request(request) by on_legacy_admin_request;
} }

/// Asks with the administrator's whole request, including its body.
fn on_legacy_admin_request(home: &Arc<Home>, arguments: &Bound<'_, PyTuple>) -> PyResult<Asking> {
    let from_admin = arguments.get_item(0)?;
    let path = from_admin.getattr(intern!(from_admin.py(), "path"))?;
    let mut taken = request(&from_admin, path.cast::<PyBytes>()?.as_bytes())?;
    let numbered = Numbered::new(home, &from_admin, &mut taken)?;
    let modules = Arc::clone(home);
    Ok(Box::pin(async move {
        let _numbered = numbered;
        let modules = modules.modules().await?;
        let parts = parts(&taken);
        let answer = modules.account_validity().on_legacy_admin_request(&parts.view()).await;
        Python::attach(|py| number(py, answer))
    }))
}
