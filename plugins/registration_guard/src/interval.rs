//! How often, as Synapse's configs say it.

use std::fmt;
use std::time::Duration;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

/// Milliseconds, or a number and a unit: `60s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval(Duration);

/// Whoever looks more seldom than once in a year, or more often than once in a hundredth of a second,
/// has mistaken the unit.
const MILLISECONDS: std::ops::RangeInclusive<u64> = 10..=365 * 24 * 60 * 60 * 1000;

impl Default for Interval {
    fn default() -> Self {
        Self(Duration::from_secs(60))
    }
}

impl From<Interval> for Duration {
    fn from(interval: Interval) -> Self {
        interval.0
    }
}

impl<'de> Deserialize<'de> for Interval {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Interval;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("milliseconds, or a number and one of `s`, `m`, `h`, `d`, `w`, such as \"60s\"")
    }

    fn visit_u64<E: Error>(self, milliseconds: u64) -> Result<Interval, E> {
        if MILLISECONDS.contains(&milliseconds) {
            return Ok(Interval(Duration::from_millis(milliseconds)));
        }
        let (least, most) = (MILLISECONDS.start(), "365d");
        Err(E::custom(format_args!("it is between {least} (milliseconds) and \"{most}\"")))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Interval, E> {
        let other = || E::invalid_value(serde::de::Unexpected::Str(text), &self);
        let unit = text.chars().last().ok_or_else(other)?;
        let seconds: u64 = match unit {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            'w' => 7 * 24 * 60 * 60,
            _ => return Err(other()),
        };
        let number = text.strip_suffix(unit).unwrap_or_default();
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(other());
        }
        let number: u64 = number.parse().unwrap_or(u64::MAX);
        self.visit_u64(number.saturating_mul(seconds).saturating_mul(1000))
    }
}

#[cfg(test)]
impl serde::Serialize for Interval {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}s", self.0.as_secs()))
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Interval {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Interval".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let (least, most) = (MILLISECONDS.start(), MILLISECONDS.end());
        schemars::json_schema!({
            "anyOf": [
                {"type": "integer", "minimum": least, "maximum": most},
                {"type": "string", "pattern": "^[0-9]+[smhdw]$"},
            ]
        })
    }
}
