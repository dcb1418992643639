//! The arguments of callbacks: converted from Python before any module is asked, then passed to the
//! loader.
//!
//! This file has strings, numbers and JSON; arguments with a structure have their own files.

use hsmod_loader::Json;
use pyo3::prelude::*;
use pyo3::types::PyString;

pub(crate) use super::event::Event;
use super::json;
use crate::home::Home;

/// An argument from Python, in a Rust form that outlives the call.
pub(crate) trait Argument: Sized {
    /// The form from which the loader's argument borrows, if that differs from `Self`.
    type View<'a>
    where
        Self: 'a;
    /// The loader's argument.
    type Input<'v>;

    /// Converts the argument from Python.
    ///
    /// # Errors
    /// Synapse passed another type.
    fn take(home: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self>;

    /// Converts it into the form from which the loader's argument borrows.
    fn view(&self) -> Self::View<'_>;

    /// Returns the loader's argument.
    fn input<'v>(view: &'v Self::View<'_>) -> Self::Input<'v>;
}

/// A string: an identifier, a name, a type.
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

/// A string, or `None`.
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

/// `True`, `False`, or a value that Python treats as one of them.
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

/// A non-negative number, such as a size in bytes.
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

/// Converts a string; the ID classes of Synapse are converted by `str`.
///
/// # Errors
/// It cannot be converted to a string.
pub(super) fn text(value: &Bound<'_, PyAny>) -> PyResult<String> {
    match value.cast::<PyString>() {
        Ok(text) => Ok(text.to_string_lossy().into_owned()),
        Err(_) => Ok(value.str()?.to_string_lossy().into_owned()),
    }
}

/// [`text`], or `None`.
///
/// # Errors
/// Those of [`text`].
pub(super) fn optional_text(value: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    if value.is_none() { Ok(None) } else { text(value).map(Some) }
}
