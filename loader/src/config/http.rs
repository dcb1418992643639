//! The key `http`: which servers the modules' HTTP client may reach, and through which proxy.

use serde_json::{Map, Value};

use super::fields::{Fields, expected};
use super::flaw::{Flaw, item};
use super::network::Network;
use super::secret::Secret;

/// The settings of the modules' HTTP client. Default: public addresses only, and no proxy.
///
/// ```yaml
/// http:
///   allow: [127.0.0.0/8, "fd00::/8"]
///   proxy: http://proxy.example.com:3128
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Http {
    /// Addresses that may be reached although they are not public.
    pub allow: Vec<Network>,
    /// The URL of the proxy for all requests. It may contain a user name and password.
    pub proxy: Option<Secret>,
}

pub(super) fn read(members: Map<String, Value>, flaws: &mut Vec<Flaw>) -> Http {
    let path = ["http".to_owned()];
    let mut fields = Fields::new(members, &path, flaws);
    let items = fields.list("allow").unwrap_or_default();
    let proxy = proxy(&mut fields);
    fields.refuse_unknown(&["allow", "proxy"]);
    let networks = items.iter().enumerate().filter_map(|(index, value)| {
        let below = ["allow", &item(index)];
        match value {
            Value::String(text) => match text.parse::<Network>() {
                Ok(network) => Some(network),
                Err(error) => {
                    let fix = error.fix().to_owned();
                    fields.refuse_below(&below, error.to_string(), Some(fix))
                }
            },
            other => {
                let fix = "write it like `10.0.0.0/8`, in quotes if it has colons".to_owned();
                fields.refuse_below(&below, expected("a string", other), Some(fix))
            }
        }
    });
    Http { allow: networks.collect(), proxy }
}

fn proxy(fields: &mut Fields<'_>) -> Option<Secret> {
    let url = fields.string("proxy")?;
    let is_url =
        ["http://", "https://"].iter().filter_map(|scheme| url.strip_prefix(scheme)).any(|rest| {
            !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace)
        });
    if is_url {
        return Some(Secret::new(url));
    }
    // The value may contain a password, so it is not repeated.
    let fix = "write it in full: `http://proxy.example.com:3128`";
    fields.refuse("proxy", "this is not the URL of an HTTP proxy", Some(fix.to_owned()))
}
