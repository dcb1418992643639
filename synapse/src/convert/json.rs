//! JSON: converts Python's objects to text, and values to Python's objects.

use std::fmt::Write;

use pyo3::exceptions::{PyRecursionError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PyNone, PySequence, PyString, PyTuple,
};
use serde_json::Value;

/// The maximum nesting depth of lists and objects: more than that of any event.
const MAX_DEPTH: usize = 500;

/// Serialises the Python types that correspond to JSON: dictionaries and other mappings, lists and
/// tuples, strings, numbers, `True`, `False` and `None`.
///
/// # Errors
/// A value has another type, a key is not a string, a number is NaN, or the nesting is too
/// deep.
pub(crate) fn write(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let mut json = String::with_capacity(1024);
    write_into(&mut json, value)?;
    Ok(json)
}

/// [`write`], appending to `json`.
///
/// # Errors
/// Those of [`write`].
pub(crate) fn write_into(json: &mut String, value: &Bound<'_, PyAny>) -> PyResult<()> {
    write_value(json, value, 0)
}

/// [`write`], as a value.
///
/// # Errors
/// Those of [`write`].
pub(crate) fn read(value: &Bound<'_, PyAny>) -> PyResult<Value> {
    serde_json::from_str(&write(value)?).map_err(|error| PyValueError::new_err(error.to_string()))
}

fn write_value(json: &mut String, value: &Bound<'_, PyAny>, depth: usize) -> PyResult<()> {
    if depth > MAX_DEPTH {
        return Err(PyRecursionError::new_err("JSON that is nested too deeply"));
    }
    if let Ok(text) = value.cast::<PyString>() {
        write_text(json, text)
    } else if let Ok(dictionary) = value.cast_exact::<PyDict>() {
        write_members(json, dictionary.iter().map(Ok), depth)
    } else if let Ok(flag) = value.cast::<PyBool>() {
        json.push_str(if flag.is_true() { "true" } else { "false" });
        Ok(())
    } else if let Ok(number) = value.cast::<PyInt>() {
        write_integer(json, number)
    } else if value.is_none() {
        json.push_str("null");
        Ok(())
    } else if let Ok(list) = value.cast::<PyList>() {
        write_items(json, list.iter().map(Ok), depth)
    } else if let Ok(tuple) = value.cast::<PyTuple>() {
        write_items(json, tuple.iter().map(Ok), depth)
    } else if let Ok(number) = value.cast::<PyFloat>() {
        write_float(json, number.value())
    } else if let Ok(mapping) = value.cast::<PyMapping>() {
        let items = mapping.items()?;
        write_members(json, items.iter().map(|item| item.extract()), depth)
    } else if let Ok(sequence) = value.cast::<PySequence>() {
        write_items(json, sequence.try_iter()?, depth)
    } else {
        Err(PyTypeError::new_err(format!("{} is not JSON", value.get_type().name()?)))
    }
}

fn write_members<'py>(
    json: &mut String,
    members: impl Iterator<Item = PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)>>,
    depth: usize,
) -> PyResult<()> {
    let mut before = '{';
    for member in members {
        let (key, value) = member?;
        json.push(before);
        before = ',';
        let key = key
            .cast::<PyString>()
            .map_err(|_| PyTypeError::new_err("the keys of a JSON object must be strings"))?;
        write_text(json, key)?;
        json.push(':');
        write_value(json, &value, depth + 1)?;
    }
    json.push_str(if before == '{' { "{}" } else { "}" });
    Ok(())
}

fn write_items<'py>(
    json: &mut String,
    items: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>,
    depth: usize,
) -> PyResult<()> {
    let mut before = '[';
    for item in items {
        json.push(before);
        before = ',';
        write_value(json, &item?, depth + 1)?;
    }
    json.push_str(if before == '[' { "[]" } else { "]" });
    Ok(())
}

fn write_text(json: &mut String, text: &Bound<'_, PyString>) -> PyResult<()> {
    match text.to_cow() {
        Ok(text) => quote(json, &text),
        // A lone surrogate, which UTF-8 cannot represent.
        Err(_) => quote(json, &text.to_string_lossy()),
    }
    Ok(())
}

/// Writes a string in quotes. Most strings contain nothing to escape, which is quick to check.
fn quote(json: &mut String, text: &str) {
    json.push('"');
    if text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        json.push_str(text);
    } else {
        // Serialising a string cannot fail, and the result has quotes at both ends.
        let quoted = Value::from(text).to_string();
        json.push_str(&quoted[1..quoted.len() - 1]);
    }
    json.push('"');
}

fn write_integer(json: &mut String, number: &Bound<'_, PyInt>) -> PyResult<()> {
    match number.extract::<i64>() {
        Ok(number) => {
            // Writing into a `String` cannot fail.
            let _ = write!(json, "{number}");
            Ok(())
        }
        // It has more digits than any Rust type: Python formats it. The `str` of an enum is its
        // name, so it is converted to a plain number first.
        Err(_) => {
            let plain = number.py().get_type::<PyInt>().call1((number,))?;
            json.push_str(&plain.str()?.to_cow()?);
            Ok(())
        }
    }
}

fn write_float(json: &mut String, number: f64) -> PyResult<()> {
    match serde_json::Number::from_f64(number) {
        Some(number) => {
            json.push_str(&number.to_string());
            Ok(())
        }
        None => Err(PyValueError::new_err(format!("{number} is not a JSON number"))),
    }
}

/// Parses JSON text into a Python object.
///
/// # Errors
/// It is not JSON.
pub(crate) fn parse<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>> {
    let value =
        serde_json::from_str(json).map_err(|error| PyValueError::new_err(error.to_string()));
    object(py, &value?)
}

/// Converts a value into a Python object.
///
/// # Errors
/// Python is out of memory.
pub(crate) fn object<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Null => PyNone::get(py).to_owned().into_any(),
        Value::Bool(flag) => PyBool::new(py, *flag).to_owned().into_any(),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => number.into_pyobject(py)?.into_any(),
            (None, Some(number)) => number.into_pyobject(py)?.into_any(),
            (None, None) => number.as_f64().into_pyobject(py)?,
        },
        Value::String(text) => PyString::new(py, text).into_any(),
        Value::Array(items) => {
            let items: Vec<_> =
                items.iter().map(|item| object(py, item)).collect::<PyResult<_>>()?;
            PyList::new(py, items)?.into_any()
        }
        Value::Object(members) => {
            let dictionary = PyDict::new(py);
            for (key, value) in members {
                dictionary.set_item(key, object(py, value)?)?;
            }
            dictionary.into_any()
        }
    })
}
