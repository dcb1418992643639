//! The positions of the head in the text of an event, as recorded by the code that wrote the text.

use std::ops::Range;

use super::OwnedEvent;
use super::owned::{Fields, Place};

/// The positions of the head's values in the text of an event.
#[derive(Debug, Default)]
pub(crate) struct Places {
    event_id: Option<Range<usize>>,
    room_id: Option<Range<usize>>,
    sender: Option<Range<usize>>,
    event_type: Option<Range<usize>>,
    state_key: Option<Range<usize>>,
    origin_server_ts: Option<Range<usize>>,
    content: Option<Range<usize>>,
    /// Whether one of them was recorded twice.
    twice: bool,
}

impl Places {
    /// Records the position of the value of this key.
    pub(crate) fn note(&mut self, key: &[u8], value: Range<usize>) {
        let place = match key {
            b"event_id" => &mut self.event_id,
            b"room_id" => &mut self.room_id,
            b"sender" => &mut self.sender,
            b"type" => &mut self.event_type,
            b"state_key" => &mut self.state_key,
            b"origin_server_ts" => &mut self.origin_server_ts,
            b"content" => &mut self.content,
            _ => return,
        };
        self.twice |= place.replace(value).is_some();
    }

    /// The fields, if all required ones are there and none contains an escape.
    fn fields(&self, json: &str) -> Option<Fields> {
        let text = |place: &Option<Range<usize>>| {
            let place = place.as_ref()?;
            let inner = place.start + 1..place.end.checked_sub(1)?;
            let text = json.get(inner.clone())?;
            let is_text = json.get(place.clone())?.starts_with('"') && !text.contains('\\');
            is_text.then_some(Place::Within(inner))
        };
        let written = |place: &Option<Range<usize>>| json.get(place.clone()?);
        let state_key = match written(&self.state_key) {
            None | Some("null") => None,
            Some(_) => Some(text(&self.state_key)?),
        };
        let origin_server_ts = match written(&self.origin_server_ts) {
            None => 0,
            Some(number) => number.parse().ok()?,
        };
        let is_object = written(&self.content)?.starts_with('{');
        (is_object && !self.twice).then_some(Fields {
            event_id: text(&self.event_id)?,
            room_id: text(&self.room_id)?,
            sender: text(&self.sender)?,
            event_type: text(&self.event_type)?,
            state_key,
            origin_server_ts,
            content: self.content.clone()?,
        })
    }
}

impl OwnedEvent {
    /// Creates an event from text that was just serialised, with the head at these positions; falls
    /// back to [`Self::from_json`].
    ///
    /// # Errors
    /// Those of [`Self::from_json`].
    pub(crate) fn from_places(json: String, places: &Places) -> Result<Self, serde_json::Error> {
        match places.fields(&json) {
            Some(fields) => Ok(Self::of_fields(json, fields)),
            None => Self::from_json(json),
        }
    }
}
