//! Events of Synapse, as the JSON that the loader reads.

use pyo3::intern;
use pyo3::prelude::*;

use super::json::write_into;

/// The JSON of an event: what Synapse sends to other servers, and `event_id` and `room_id`, which
/// newer room versions leave out of that.
///
/// # Errors
/// It is no event, or holds something that is no JSON.
pub(crate) fn json(event: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = event.py();
    let members = event.call_method0(intern!(py, "get_dict"))?;
    let mut json = String::with_capacity(1024);
    for name in [intern!(py, "event_id"), intern!(py, "room_id")] {
        if !members.contains(name)? {
            json.push(if json.is_empty() { '{' } else { ',' });
            write_into(&mut json, name)?;
            json.push(':');
            write_into(&mut json, &event.getattr(name)?)?;
        }
    }
    let start = json.len();
    write_into(&mut json, &members)?;
    if start > 0 {
        // One object of two: an event has members, or it is none.
        json.replace_range(start..=start, ",");
    }
    Ok(json)
}
