//! The arguments of callbacks: taken from Python before anybody is asked, given to the loader then.

use hsmod_loader::Json;
use hsmod_loader::values::RequestInfo;
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::{event, json};

/// An argument as Python has it, in a form of ours that outlives the call.
pub(crate) trait Argument: Sized {
    /// What the loader takes borrows from this, where it has a form of its own.
    type View<'a>
    where
        Self: 'a;
    /// What the loader takes.
    type Input<'v>;

    /// Takes it from Python.
    ///
    /// # Errors
    /// Synapse gave something else.
    fn take(value: &Bound<'_, PyAny>) -> PyResult<Self>;

    /// Puts it into the loader's form.
    fn view(&self) -> Self::View<'_>;

    /// Gives it to the loader.
    fn input<'v>(view: &'v Self::View<'_>) -> Self::Input<'v>;
}

/// A text: an identifier, a name, a type.
pub(crate) struct Text(String);

impl Argument for Text {
    type View<'a> = &'a str;
    type Input<'v> = &'v str;

    fn take(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        text(value).map(Self)
    }

    fn view(&self) -> &str {
        &self.0
    }

    fn input<'v>(view: &'v &str) -> &'v str {
        view
    }
}

/// A text, or `None`.
pub(crate) struct OptionalText(Option<String>);

impl Argument for OptionalText {
    type View<'a> = Option<&'a str>;
    type Input<'v> = Option<&'v str>;

    fn take(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if value.is_none() { Ok(Self(None)) } else { text(value).map(|text| Self(Some(text))) }
    }

    fn view(&self) -> Option<&str> {
        self.0.as_deref()
    }

    fn input<'v>(view: &'v Option<&str>) -> Option<&'v str> {
        *view
    }
}

/// `True` or `False`, or what Python takes for one of them.
pub(crate) struct Flag(bool);

impl Argument for Flag {
    type View<'a> = bool;
    type Input<'v> = bool;

    fn take(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        value.is_truthy().map(Self)
    }

    fn view(&self) -> bool {
        self.0
    }

    fn input(view: &bool) -> bool {
        *view
    }
}

/// An event.
pub(crate) struct Event(String);

impl Argument for Event {
    type View<'a> = &'a str;
    type Input<'v> = Json<'v>;

    fn take(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        event::json(value).map(Self)
    }

    fn view(&self) -> &str {
        &self.0
    }

    fn input<'v>(view: &'v &str) -> Json<'v> {
        Json(view)
    }
}

/// JSON of any kind.
pub(crate) struct Object(String);

impl Argument for Object {
    type View<'a> = &'a str;
    type Input<'v> = Json<'v>;

    fn take(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        json::write(value).map(Self)
    }

    fn view(&self) -> &str {
        &self.0
    }

    fn input<'v>(view: &'v &str) -> Json<'v> {
        Json(view)
    }
}

/// The requests that led here: pairs of user agent and IP address.
pub(crate) struct RequestInfos(Vec<(Option<String>, String)>);

impl Argument for RequestInfos {
    type View<'a> = Vec<RequestInfo<'a>>;
    type Input<'v> = &'v [RequestInfo<'v>];

    fn take(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        value.try_iter()?.map(|pair| pair?.extract()).collect::<PyResult<_>>().map(Self)
    }

    fn view(&self) -> Vec<RequestInfo<'_>> {
        self.0.iter().map(|(agent, ip)| RequestInfo::new(agent.as_deref(), ip)).collect()
    }

    fn input<'v>(view: &'v Vec<RequestInfo<'_>>) -> &'v [RequestInfo<'v>] {
        view
    }
}

/// A text as Python has it; IDs of Synapse's own classes say what they are by `str`.
///
/// # Errors
/// It has no text.
fn text(value: &Bound<'_, PyAny>) -> PyResult<String> {
    match value.cast::<PyString>() {
        Ok(text) => Ok(text.to_string_lossy().into_owned()),
        Err(_) => Ok(value.str()?.to_string_lossy().into_owned()),
    }
}
