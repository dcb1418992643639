//! Durations as in the config: `10s`, `500ms`, `2m`, or 0 for none.

use std::time::Duration;

use serde_json::Value;

/// A longer duration is a mistake: 0 means "none".
const MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// The units, with other spellings of each.
const UNITS: [(&[&str], u32, &str); 5] = [
    (&["ms", "msec", "msecs", "milli", "millis", "millisecond", "milliseconds"], 1, "ms"),
    (&["s", "sec", "secs", "second", "seconds"], 1_000, "s"),
    (&["m", "min", "mins", "minute", "minutes"], 60_000, "m"),
    (&["h", "hr", "hrs", "hour", "hours"], 3_600_000, "h"),
    (&["d", "day", "days"], 86_400_000, "d"),
];

/// Words that mean "none" but are not accepted.
const NONE: [&str; 8] = ["false", "no", "none", "never", "off", "inf", "infinite", "unlimited"];

/// Parses a duration; 0 is `None`. `none` says what that means, such as "no deadline".
///
/// # Errors
/// Why it is not a duration, and the remedy.
pub(super) fn parse(value: &Value, none: &str) -> Result<Option<Duration>, (String, String)> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(no) => return Err(malformed("found a boolean", &no.to_string(), none)),
        _ => return Err(malformed(&format!("found {}", super::fields::kind(value)), "", none)),
    };
    if !text.is_empty() && text.bytes().all(|b| b == b'0') {
        return Ok(None);
    }
    let (digits, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    let exact = UNITS.iter().find(|(words, _, short)| words[0] == unit && *short != "d");
    let Some((_, millis_per_unit, _)) = exact.filter(|_| !digits.is_empty()) else {
        if unit.is_empty() && !digits.is_empty() {
            let number = digits.trim_start_matches('0');
            let fix = format!("say which: `{number}s` or `{number}ms`");
            return Err((format!("the duration `{text}` has no unit"), fix));
        }
        return Err(malformed(&format!("found `{text}`"), &text, none));
    };
    // Only too many digits make this fail.
    let count: u64 = digits.parse().unwrap_or(u64::MAX);
    match count.checked_mul((*millis_per_unit).into()).map(Duration::from_millis) {
        Some(duration) if duration.is_zero() => Ok(None),
        Some(duration) if duration <= MAX => Ok(Some(duration)),
        _ => Err((format!("`{text}` is longer than a day"), format!("write 0 for {none}"))),
    }
}

fn malformed(found: &str, text: &str, none: &str) -> (String, String) {
    let text = text.trim().to_lowercase();
    let fix = if NONE.contains(&text.as_str()) || text.starts_with('-') {
        format!("write 0 for {none}")
    } else if let Some(meant) = meant(&text) {
        format!("did you mean `{meant}`?")
    } else {
        format!("write a whole number with `ms`, `s`, `m` or `h`, such as `10s`; 0 means {none}")
    };
    (format!("expected a duration, {found}"), fix)
}

/// How `1.5 s`, `1m30s` and `2 Minutes` should be written; `None` if that is not a whole number of
/// milliseconds, or too large.
fn meant(text: &str) -> Option<String> {
    let mut rest = text;
    let mut millis = 0.0;
    while !rest.is_empty() {
        let is_number = |c: char| c.is_ascii_digit() || c == '.';
        let (number, behind) = rest.split_at(rest.find(|c| !is_number(c))?);
        let behind = behind.trim_start();
        let length = behind.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(behind.len());
        let (word, behind) = behind.split_at(length);
        let (_, millis_per_unit, _) = UNITS.iter().find(|(words, ..)| words.contains(&word))?;
        millis += number.parse::<f64>().ok()? * f64::from(*millis_per_unit);
        rest = behind.trim_start();
    }
    let millis = Duration::try_from_secs_f64(millis / 1e3).ok().filter(|meant| *meant <= MAX)?;
    let millis = u32::try_from(millis.as_millis()).ok().filter(|millis| *millis > 0)?;
    let largest = |unit: &&(&[&str], u32, &str)| unit.2 != "d" && millis % unit.1 == 0;
    let (_, millis_per_unit, unit) = UNITS.iter().rev().find(largest)?;
    Some(format!("{}{unit}", millis / millis_per_unit))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(value: &Value) -> Result<Option<Duration>, (String, String)> {
        super::parse(value, "no deadline")
    }

    #[test]
    fn durations() {
        for (value, millis) in [
            (json!("10s"), 10_000),
            (json!("500ms"), 500),
            (json!("2m"), 120_000),
            (json!("24h"), 86_400_000),
            (json!("007s"), 7_000),
        ] {
            assert_eq!(parse(&value), Ok(Some(Duration::from_millis(millis))), "{value}");
        }
        for none in [json!(0), json!("0"), json!("0s"), json!("0ms"), json!("000")] {
            assert_eq!(parse(&none), Ok(None), "{none}");
        }
    }

    #[test]
    fn invalid_durations_are_refused() {
        for (value, message) in [
            (json!(10), "the duration `10` has no unit"),
            (json!("10"), "the duration `10` has no unit"),
            (json!("ten"), "expected a duration, found `ten`"),
            (json!("s"), "expected a duration, found `s`"),
            (json!(""), "expected a duration, found ``"),
            (json!("10 s"), "expected a duration, found `10 s`"),
            (json!("1.5s"), "expected a duration, found `1.5s`"),
            (json!(1.5), "expected a duration, found `1.5`"),
            (json!(-1), "expected a duration, found `-1`"),
            (json!("-1s"), "expected a duration, found `-1s`"),
            (json!("1d"), "expected a duration, found `1d`"),
            (json!("1ü"), "expected a duration, found `1ü`"),
            (json!(true), "expected a duration, found a boolean"),
            (json!(["10s"]), "expected a duration, found a list"),
            (json!("25h"), "`25h` is longer than a day"),
            (json!("18446744073709551615h"), "`18446744073709551615h` is longer than a day"),
            (json!("99999999999999999999ms"), "`99999999999999999999ms` is longer than a day"),
        ] {
            assert_eq!(parse(&value).map_err(|(message, _)| message), Err(message.to_owned()));
        }
    }

    #[test]
    fn invalid_durations_have_suggestions() {
        for (value, fix) in [
            (json!("010"), "say which: `10s` or `10ms`"),
            (json!(10), "say which: `10s` or `10ms`"),
            (json!("10 s"), "did you mean `10s`?"),
            (json!("1m30s"), "did you mean `90s`?"),
            (json!("1h 30m"), "did you mean `90m`?"),
            (json!(".5s"), "did you mean `500ms`?"),
            (json!("1.5s"), "did you mean `1500ms`?"),
            (json!("2 Minutes"), "did you mean `2m`?"),
            (json!("10S"), "did you mean `10s`?"),
            (json!("1d"), "did you mean `24h`?"),
            (json!("-1s"), "write 0 for no deadline"),
            (json!(-1), "write 0 for no deadline"),
            (json!("never"), "write 0 for no deadline"),
            (json!(false), "write 0 for no deadline"),
        ] {
            assert_eq!(parse(&value).map_err(|(_, fix)| fix), Err(fix.to_owned()), "{value}");
        }
        for value in [
            json!("1e3s"),
            json!("yes"),
            json!(true),
            json!("1.2.3s"),
            json!("0.0001s"),
            json!("3d"),
            json!("5:00"),
            json!("s"),
            json!("..s"),
            json!("1ſ"),
        ] {
            let (_, fix) = parse(&value).unwrap_err();
            assert!(fix.starts_with("write a whole number with"), "{value}: {fix}");
        }
    }
}
