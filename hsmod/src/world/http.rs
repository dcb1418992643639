//! `http`: the responses of other servers.

use std::cmp::Reverse;

use hsmod_loader::config::{Fields, Flaw, expected};
use hsmod_loader::requests::http::HttpHead;
use hsmod_loader::values::ModuleError;
use hsmod_loader::{HttpResponse, WebResponse};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::fields::{below, integer};

pub(super) const KEYS: [&str; 5] = ["status", "headers", "body", "json", "error"];

/// The rules, longest URL first.
#[derive(Debug)]
pub(super) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    /// The method that the rule is limited to, if any.
    method: Option<String>,
    /// The URL, without a `*` at its end.
    url: String,
    /// Whether the rule matches every URL with this prefix.
    is_beginning: bool,
    outcome: Result<WebResponse, String>,
}

pub(super) fn read(members: Map<String, Value>, flaws: &mut Vec<Flaw>) -> Rules {
    let mut rules = Vec::new();
    for (place, value) in members {
        let path = below(&["http".to_owned()], &place);
        let (method, url) = match place.split_once(' ') {
            Some((method, url)) => (Some(method.to_owned()), url.trim()),
            None => (None, place.as_str()),
        };
        if !["http://", "https://"].iter().any(|scheme| url.starts_with(scheme)) {
            let flaw = Flaw::new(&path, format!("`{url}` is not a URL"));
            let fix = "write it in full, like `https://example.com/` or `GET https://example.com/`";
            flaws.push(flaw.fix(fix));
            continue;
        }
        let Value::Object(members) = value else {
            let flaw = Flaw::new(&path, expected("a mapping", &value));
            flaws.push(flaw.fix("write the response, like `{status: 200, body: ok}`"));
            continue;
        };
        let outcome = outcome(members, &path, flaws);
        let is_beginning = url.ends_with('*');
        let url = url.trim_end_matches('*').to_owned();
        rules.push(Rule { method, url, is_beginning, outcome });
    }
    rules.sort_by_key(|rule| Reverse((rule.url.len(), rule.method.is_some())));
    Rules(rules)
}

fn outcome(
    members: Map<String, Value>,
    path: &[String],
    flaws: &mut Vec<Flaw>,
) -> Result<WebResponse, String> {
    let has_json = members.contains_key("json");
    let excluded = has_json && members.contains_key("body");
    let json = members.get("json").cloned().unwrap_or_default();
    let mut fields = Fields::new(members, path, flaws);
    let error = fields.string("error");
    let status = integer(&mut fields, "status").unwrap_or(200);
    let body = match fields.take("body") {
        None => String::new(),
        Some(Value::String(text)) => text,
        Some(other) => {
            let fix = Some("put it in quotes, or write it below `json`".to_owned());
            fields.refuse("body", expected("a string", &other), fix).unwrap_or_default()
        }
    };
    let headers = fields.mapping("headers").unwrap_or_default();
    fields.refuse_unknown(&KEYS);
    if excluded {
        let fix = Some("keep one of them".to_owned());
        fields.refuse::<()>("json", "`body` and `json` exclude each other", fix);
    }
    let status = u16::try_from(status).ok().filter(|status| (100..600).contains(status));
    let Some(status) = status else {
        let fix = Some("write one from 100 to 599".to_owned());
        fields.refuse::<()>("status", "this is not an HTTP status", fix);
        return Err(String::new());
    };
    let mut response = match has_json {
        true => WebResponse::json(status, &json),
        false => WebResponse::new(status, body),
    };
    for (name, value) in headers {
        if let Value::String(value) = value {
            response = response.header(&name, &value);
        } else {
            let fix = Some("put it in quotes".to_owned());
            fields.refuse_below::<()>(&["headers", &name], expected("a string", &value), fix);
        }
    }
    error.map_or(Ok(response), Err)
}

impl Rules {
    /// The response to a request. The first argument is the request without its body.
    pub(super) fn answer(&self, arguments: &[Value]) -> Result<HttpResponse, ModuleError> {
        let head = arguments.first().ok_or_else(|| ModuleError::new("there is no request"))?;
        let HttpHead { method, url, .. } = HttpHead::deserialize(head)?;
        match self.0.iter().find(|rule| rule.fits(&method, &url)) {
            Some(Rule { outcome: Ok(response), .. }) => Ok(HttpResponse::new(response.clone())),
            Some(Rule { outcome: Err(why), .. }) => Err(ModuleError::new(why)),
            None => Err(ModuleError::new(format_args!(
                "the world has no response to `{method} {url}`: add one below `http`"
            ))),
        }
    }
}

impl Rule {
    fn fits(&self, method: &str, url: &str) -> bool {
        let by_method = self.method.as_ref().is_none_or(|own| own.eq_ignore_ascii_case(method));
        let rest = url.strip_prefix(self.url.as_str());
        by_method
            && rest.is_some_and(|rest| {
                let is_query = rest.starts_with('?') && !self.url.contains('?');
                self.is_beginning || rest.is_empty() || is_query
            })
    }
}
