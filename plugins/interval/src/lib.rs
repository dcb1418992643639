//! Intervals in configs, in the format of Synapse's durations.
//!
//! A plugin that polls lets the operator configure the interval. [`Interval`] reads it as Synapse
//! reads its own durations, and refuses implausible values: the bounds are part of the type.
//!
//! ```
//! use hsmod_interval::{DAY, Interval, MINUTE, SECOND};
//!
//! /// Once a second at most, once a day at least.
//! type Refresh = Interval<SECOND, DAY>;
//!
//! let refresh: Refresh = serde_json::from_str(r#""5m""#)?;
//! assert_eq!(refresh, Refresh::new(5 * MINUTE));
//! assert!(serde_json::from_str::<Refresh>("5").is_err(), "milliseconds");
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! Mirrors `parse_duration` in `synapse/config/_base.py`, but refuses quoted numbers without a
//! unit.
#![forbid(unsafe_code)]

use std::fmt;
use std::time::Duration;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Milliseconds of a second.
pub const SECOND: u64 = 1000;
/// Milliseconds of a minute.
pub const MINUTE: u64 = 60 * SECOND;
/// Milliseconds of an hour.
pub const HOUR: u64 = 60 * MINUTE;
/// Milliseconds of a day.
pub const DAY: u64 = 24 * HOUR;
/// Milliseconds of a week.
pub const WEEK: u64 = 7 * DAY;
/// Milliseconds of a year of 365 days.
pub const YEAR: u64 = 365 * DAY;

/// The letters that may follow a number, the longest unit first.
const UNITS: [(char, u64); 6] =
    [('y', YEAR), ('w', WEEK), ('d', DAY), ('h', HOUR), ('m', MINUTE), ('s', SECOND)];

/// A time between `LEAST` and `MOST` milliseconds, inclusive.
///
/// It is read from a number of milliseconds, or from a string of a whole number and a unit, such as
/// `60s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval<const LEAST: u64, const MOST: u64>(u64);

impl<const LEAST: u64, const MOST: u64> Interval<LEAST, MOST> {
    /// An interval of this many milliseconds, for constant defaults.
    ///
    /// # Panics
    /// If that is out of bounds.
    #[must_use]
    pub const fn new(milliseconds: u64) -> Self {
        assert!(LEAST <= milliseconds && milliseconds <= MOST, "the interval is out of its bounds");
        Self(milliseconds)
    }
}

impl<const LEAST: u64, const MOST: u64> From<Interval<LEAST, MOST>> for Duration {
    fn from(interval: Interval<LEAST, MOST>) -> Self {
        Self::from_millis(interval.0)
    }
}

impl<'de, const LEAST: u64, const MOST: u64> Deserialize<'de> for Interval<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader::<LEAST, MOST>)
    }
}

/// Reads an interval. A visitor, so that errors have the key's path.
struct Reader<const LEAST: u64, const MOST: u64>;

impl<const LEAST: u64, const MOST: u64> Visitor<'_> for Reader<LEAST, MOST> {
    type Value = Interval<LEAST, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "milliseconds, or a whole number and `s`, `m`, `h`, `d`, `w` or `y`, such as \"60s\"",
        )
    }

    fn visit_u64<E: Error>(self, milliseconds: u64) -> Result<Self::Value, E> {
        if (LEAST..=MOST).contains(&milliseconds) {
            return Ok(Interval(milliseconds));
        }
        Err(E::custom(format_args!(
            "{} is not between {} and {}",
            Readable(milliseconds),
            Readable(LEAST),
            Readable(MOST)
        )))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let Some((number, unit)) =
            UNITS.iter().find_map(|(letter, unit)| Some((text.strip_suffix(*letter)?, unit)))
        else {
            return Err(E::invalid_value(Unexpected::Str(text), &self));
        };
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(E::invalid_value(Unexpected::Str(text), &self));
        }
        // A number that overflows is out of bounds, too.
        self.visit_u64(number.parse().unwrap_or(u64::MAX).saturating_mul(*unit))
    }
}

/// Written in the longest unit that divides it, or in milliseconds.
impl<const LEAST: u64, const MOST: u64> Serialize for Interval<LEAST, MOST> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match unit_of(self.0) {
            Some((letter, unit)) => {
                serializer.collect_str(&format_args!("{}{letter}", self.0 / unit))
            }
            None => serializer.serialize_u64(self.0),
        }
    }
}

/// The longest unit that divides a time.
fn unit_of(milliseconds: u64) -> Option<(char, u64)> {
    UNITS.into_iter().find(|(_, unit)| milliseconds != 0 && milliseconds % unit == 0)
}

/// A time for messages, in the format of the config.
struct Readable(u64);

impl fmt::Display for Readable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match unit_of(self.0) {
            _ if self.0 == u64::MAX => f.write_str("this time"),
            Some((letter, unit)) => write!(f, "`{}{letter}`", self.0 / unit),
            None => write!(f, "{} (milliseconds)", self.0),
        }
    }
}

#[cfg(feature = "schemars")]
impl<const LEAST: u64, const MOST: u64> schemars::JsonSchema for Interval<LEAST, MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Interval".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let units: String = UNITS.iter().rev().map(|(letter, _)| letter).collect();
        schemars::json_schema!({
            "anyOf": [
                {"type": "integer", "minimum": LEAST, "maximum": MOST},
                {"type": "string", "pattern": format!("^[0-9]+[{units}]$")},
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Reads `value`. Returns the milliseconds or the error.
    fn read(value: Value) -> Result<u64, String> {
        let interval: Result<Interval<10, DAY>, _> = serde_json::from_value(value);
        interval.map(|Interval(milliseconds)| milliseconds).map_err(|error| error.to_string())
    }

    #[test]
    fn numbers_are_milliseconds_and_texts_have_a_unit() {
        assert_eq!(read(json!(10)), Ok(10));
        assert_eq!(read(json!(86_400_000)), Ok(DAY));
        for (text, milliseconds) in
            [("1s", SECOND), ("90s", 90 * SECOND), ("5m", 5 * MINUTE), ("24h", DAY), ("1d", DAY)]
        {
            assert_eq!(read(json!(text)), Ok(milliseconds), "{text}");
        }
        let years: Interval<1, { 9 * YEAR }> = serde_json::from_value(json!("2y")).unwrap();
        assert_eq!(Duration::from(years), Duration::from_millis(2 * YEAR));
        let weeks: Interval<1, YEAR> = serde_json::from_value(json!("3w")).unwrap();
        assert_eq!(weeks, Interval::new(3 * WEEK));
    }

    #[test]
    fn errors_name_the_value_and_the_bounds() {
        let bounds = "is not between 10 (milliseconds) and `1d`";
        for (value, named) in [
            (json!(0), "0 (milliseconds)"),
            (json!(9), "9 (milliseconds)"),
            (json!("0s"), "0 (milliseconds)"),
            (json!("25h"), "`25h`"),
            (json!("86401s"), "`86401s`"),
            (json!("2d"), "`2d`"),
            (json!("99999999999999999999s"), "this time"),
            (json!("9999999999999999y"), "this time"),
        ] {
            assert_eq!(read(value), Err(format!("{named} {bounds}")));
        }
    }

    #[test]
    fn other_things_are_no_intervals() {
        for text in ["", "5", "m", "-5m", "1.5h", "5 m", "5ms", "5m5", "6ü", "٣s", "5M"] {
            let error = read(json!(text)).unwrap_err();
            assert!(error.starts_with(&format!("invalid value: string {text:?}, expected milli")));
        }
        for value in [json!(true), json!(-1), json!(1.5), json!(null), json!([]), json!({})] {
            assert!(read(value).unwrap_err().contains("expected milliseconds, or a whole number"));
        }
    }

    #[test]
    fn it_is_written_in_the_longest_unit() {
        for (milliseconds, written) in
            [(10, json!(10)), (90 * SECOND, json!("90s")), (DAY, json!("1d")), (WEEK, json!("1w"))]
        {
            let interval = Interval::<10, YEAR>::new(milliseconds);
            let value = serde_json::to_value(interval).unwrap();
            assert_eq!(value, written);
            assert_eq!(serde_json::from_value::<Interval<10, YEAR>>(value).unwrap(), interval);
        }
    }

    #[test]
    #[should_panic(expected = "out of its bounds")]
    fn a_default_is_within_the_bounds() {
        let _ = Interval::<SECOND, DAY>::new(10);
    }
}
