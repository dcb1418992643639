//! Filters of Synapse's templates that Jinja does not have.

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use minijinja::{Environment, Error, ErrorKind};

pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("format_ts", format_ts);
    environment.add_filter("localpart_from_email", localpart_from_email);
}

/// `{{ expiration_ts|format_ts("%d-%m-%Y") }}`: formats a time, in milliseconds since 1970, in the
/// homeserver's time zone. The format is that of `strftime`.
fn format_ts(value: i64, format: &str) -> Result<String, Error> {
    let wrong = |error: jiff::Error| Error::new(ErrorKind::InvalidOperation, error.to_string());
    let moment = Timestamp::from_millisecond(value).map_err(wrong)?;
    strtime::format(format, &moment.to_zoned(TimeZone::system())).map_err(wrong)
}

/// `{{ "ann@example.com"|localpart_from_email }}` yields `ann`.
fn localpart_from_email(address: &str) -> String {
    address.rsplit_once('@').map_or(address, |(localpart, _domain)| localpart).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(template: &str) -> Result<String, String> {
        let mut environment = Environment::new();
        add(&mut environment);
        environment.render_str(template, ()).map_err(|error| error.to_string())
    }

    #[test]
    fn times_are_formatted_as_the_template_says() {
        // In the middle of a year, so that the year does not depend on the time zone.
        let year = rendered(r#"{{ 1783339200000|format_ts("%Y in %%") }}"#);
        assert_eq!(year, Ok("2026 in %".to_owned()));
        let wrong = [r#"1|format_ts("%")"#, r#"1|format_ts("%Ö")"#, r#""x"|format_ts("%Y")"#];
        let wrong = wrong.map(|filter| rendered(&format!("{{{{ {filter} }}}}")).unwrap_err());
        insta::assert_snapshot!(wrong.join("\n"), @r"
        invalid operation: strftime formatting failed: invalid format string, expected byte after `%`, but found end of format string (in <string>:1)
        invalid operation: strftime formatting failed: found unrecognized specifier directive `\xC3` (in <string>:1)
        invalid operation: cannot convert string to i64 (in <string>:1)
        ");
        assert!(rendered(r#"{{ 9223372036854775807|format_ts("%Y") }}"#).is_err());
    }

    #[test]
    fn the_localpart_is_before_the_last_at_sign() {
        let template =
            r#"{{ '"a@b"@example.com'|localpart_from_email }} {{ "x"|localpart_from_email }}"#;
        assert_eq!(rendered(template), Ok(r#""a@b" x"#.to_owned()));
    }
}
