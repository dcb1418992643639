//! The arguments of callbacks: taken from Python before anybody is asked, given to the loader then.
//!
//! Here are texts, numbers and JSON; what has a shape of its own lies beside this file.

use hsmod_loader::Json;
use pyo3::prelude::*;
use pyo3::types::PyString;

pub(crate) use super::event::Event;
use super::json;
use crate::home::Home;

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
    fn take(home: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self>;

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

    fn take(_: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self> {
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

    fn take(_: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        optional_text(value).map(Self)
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

    fn take(_: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        value.is_truthy().map(Self)
    }

    fn view(&self) -> bool {
        self.0
    }

    fn input(view: &bool) -> bool {
        *view
    }
}

/// A number of bytes or the like, which is never below zero.
pub(crate) struct Number(u64);

impl Argument for Number {
    type View<'a> = u64;
    type Input<'v> = u64;

    fn take(_: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        value.extract().map(Self)
    }

    fn view(&self) -> u64 {
        self.0
    }

    fn input(view: &u64) -> u64 {
        *view
    }
}

/// JSON of any kind.
pub(crate) struct Object(String);

impl Argument for Object {
    type View<'a> = &'a str;
    type Input<'v> = Json<'v>;

    fn take(_: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        json::write(value).map(Self)
    }

    fn view(&self) -> &str {
        &self.0
    }

    fn input<'v>(view: &'v &str) -> Json<'v> {
        Json(view)
    }
}

/// A text as Python has it; IDs of Synapse's own classes say what they are by `str`.
///
/// # Errors
/// It has no text.
pub(super) fn text(value: &Bound<'_, PyAny>) -> PyResult<String> {
    match value.cast::<PyString>() {
        Ok(text) => Ok(text.to_string_lossy().into_owned()),
        Err(_) => Ok(value.str()?.to_string_lossy().into_owned()),
    }
}

/// The same, or `None`.
///
/// # Errors
/// As for [`text`].
pub(super) fn optional_text(value: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    if value.is_none() { Ok(None) } else { text(value).map(Some) }
}
