//! The key `mail`: the server through which the modules' mail is sent. Its keys are those of
//! `email` in Synapse's config.

use serde_json::{Map, Value};

use super::fields::{Fields, expected};
use super::flaw::Flaw;
use super::secret::Secret;

const KEYS: [&str; 9] = [
    "smtp_host",
    "smtp_port",
    "smtp_user",
    "smtp_pass",
    "force_tls",
    "require_transport_security",
    "enable_tls",
    "notif_from",
    "app_name",
];

/// How mail is sent.
///
/// ```yaml
/// mail:
///   smtp_host: mail.example.com
///   smtp_user: matrix
///   smtp_pass: secret
///   require_transport_security: true
///   notif_from: "%(app)s <noreply@example.com>"
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Mail {
    /// The server's name. Default: `localhost`.
    pub smtp_host: String,
    /// The server's port. Default: 465 with TLS from the start, else 25.
    pub smtp_port: u16,
    /// User name and password for the server. Default: none.
    pub login: Option<(String, Secret)>,
    /// When the connection is encrypted: `force_tls`, `require_transport_security`, `enable_tls`.
    pub security: MailSecurity,
    /// The sender: a mailbox, in which `%(app)s` is replaced by `app_name`.
    pub notif_from: String,
    /// The name of the service in mails. Default: `Matrix`.
    pub app_name: String,
}

/// When the connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MailSecurity {
    /// `force_tls`: from the start.
    Tls,
    /// `require_transport_security`: after `STARTTLS`, without which nothing is sent.
    StartTls,
    /// The default: after `STARTTLS` if the server offers it.
    StartTlsIfOffered,
    /// `enable_tls: false`: never.
    Plain,
}

impl Mail {
    /// Settings for mail from `notif_from` through the server on this machine.
    pub fn new(notif_from: impl Into<String>) -> Self {
        Self {
            smtp_host: "localhost".to_owned(),
            smtp_port: 25,
            login: None,
            security: MailSecurity::StartTlsIfOffered,
            notif_from: notif_from.into(),
            app_name: "Matrix".to_owned(),
        }
    }
}

/// Reads the settings; `None` if they cannot be used.
pub(super) fn read(members: Map<String, Value>, flaws: &mut Vec<Flaw>) -> Option<Mail> {
    let path = ["mail".to_owned()];
    let mut fields = Fields::new(members, &path, flaws);
    let notif_from = notif_from(&mut fields);
    let smtp_host = fields.string("smtp_host");
    let smtp_port = port(&mut fields);
    let login = login(&mut fields);
    let security = security(&mut fields);
    let app_name = fields.string("app_name");
    fields.refuse_unknown(&KEYS);
    if fields.unreadable {
        return None;
    }
    let usual = Mail::new(notif_from?);
    let usual_port = if security == MailSecurity::Tls { 465 } else { usual.smtp_port };
    Some(Mail {
        smtp_host: smtp_host.unwrap_or(usual.smtp_host),
        smtp_port: smtp_port.unwrap_or(usual_port),
        login,
        security,
        app_name: app_name.unwrap_or(usual.app_name),
        ..usual
    })
}

fn notif_from(fields: &mut Fields<'_>) -> Option<String> {
    let example = "write an address: `notif_from: \"%(app)s <noreply@example.com>\"`";
    match fields.string("notif_from") {
        Some(mailbox) if mailbox.contains('@') && !mailbox.contains(char::is_control) => {
            Some(mailbox)
        }
        Some(mailbox) => {
            let message = format!("`{mailbox}` is not a mail address");
            fields.refuse("notif_from", message, Some(example.to_owned()))
        }
        None if fields.unreadable => None,
        None => fields.refuse_below(&[], "`notif_from` is missing", Some(example.to_owned())),
    }
}

fn port(fields: &mut Fields<'_>) -> Option<u16> {
    let value = fields.take("smtp_port")?;
    let port = value.as_u64().and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0);
    if port.is_none() {
        let message = match value {
            Value::Number(number) => format!("`{number}` is not a port"),
            other => expected("a number", &other),
        };
        let fix = "write a number from 1 to 65535".to_owned();
        return fields.refuse("smtp_port", message, Some(fix));
    }
    port
}

fn login(fields: &mut Fields<'_>) -> Option<(String, Secret)> {
    let missing = |fields: &mut Fields<'_>, given: &str, missing: &str| {
        let message = format!("`{given}` is given without `{missing}`");
        fields.refuse(given, message, Some(format!("add `{missing}`, or remove `{given}`")))
    };
    match (fields.string("smtp_user"), fields.string("smtp_pass")) {
        (Some(user), Some(pass)) => Some((user, Secret::new(pass))),
        (Some(_), None) => missing(fields, "smtp_user", "smtp_pass"),
        (None, Some(_)) => missing(fields, "smtp_pass", "smtp_user"),
        (None, None) => None,
    }
}

fn security(fields: &mut Fields<'_>) -> MailSecurity {
    let force = fields.boolean("force_tls").unwrap_or(false);
    let require = fields.boolean("require_transport_security").unwrap_or(false);
    let enable = fields.boolean("enable_tls").unwrap_or(true);
    match (force, require, enable) {
        (true, _, false) | (_, true, false) => {
            let other = if force { "force_tls" } else { "require_transport_security" };
            let message = format!("`enable_tls: false` and `{other}: true` contradict each other");
            let fix = "remove one of them".to_owned();
            fields.refuse("enable_tls", message, Some(fix)).unwrap_or(MailSecurity::Tls)
        }
        (true, _, true) => MailSecurity::Tls,
        (false, true, true) => MailSecurity::StartTls,
        (false, false, true) => MailSecurity::StartTlsIfOffered,
        (false, false, false) => MailSecurity::Plain,
    }
}
