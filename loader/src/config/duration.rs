//! Deadlines as the config writes them: `10s`, `500ms`, `2m`, or 0 for none.

use std::time::Duration;

use serde_json::Value;

/// Longer than this, a deadline is a mistake; 0 says "none".
const MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// `None` is "no deadline".
///
/// # Errors
/// Why it is none, and the remedy.
pub(super) fn parse(value: &Value) -> Result<Option<Duration>, (String, String)> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return Err(malformed(&format!("found {}", super::fields::kind(value)))),
    };
    if !text.is_empty() && text.bytes().all(|b| b == b'0') {
        return Ok(None);
    }
    let (digits, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    let millis_per_unit: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "" if !digits.is_empty() => {
            let fix = format!("say which: `{digits}s` or `{digits}ms`");
            return Err((format!("the duration `{text}` has no unit"), fix));
        }
        _ => return Err(malformed(&format!("found `{text}`"))),
    };
    if digits.is_empty() {
        return Err(malformed(&format!("found `{text}`")));
    }
    // Digits alone fail to parse only if there are too many of them.
    let count: u64 = digits.parse().unwrap_or(u64::MAX);
    match count.checked_mul(millis_per_unit).map(Duration::from_millis) {
        Some(duration) if duration.is_zero() => Ok(None),
        Some(duration) if duration <= MAX => Ok(Some(duration)),
        _ => Err((format!("`{text}` is longer than a day"), "write 0 for no deadline".to_owned())),
    }
}

fn malformed(found: &str) -> (String, String) {
    (
        format!("expected a duration, {found}"),
        "write a whole number with `ms`, `s`, `m` or `h`, such as `10s`; 0 means no deadline"
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
    fn what_is_no_duration() {
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
}
