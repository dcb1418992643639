//! Writes modules.yaml.

use hsmod_loader::suggestion::printable;
use serde_json::{Map, Value};

use super::report::{Report, Reported};

/// The longest line for a list that is written on one line.
const LINE_MAX: usize = 72;

/// The text of modules.yaml, with comments that say where each entry came from.
pub(super) fn modules_yaml(homeserver: &str, report: &Report) -> String {
    let homeserver = printable(homeserver);
    let mut text = format!(
        "# The modules of {homeserver}, for hsmod. Its comments were not copied.\n\
         # Check whether they will start: hsmod check -c FILE\n\
         # Then let homeserver.yaml say in their place:\n\
         #   modules:\n\
         #     - module: hsmod.Modules\n\
         #       config: {{config_file: /etc/matrix-synapse/modules.yaml}}\n\n"
    );
    if !report.allow.is_empty() {
        text += "# Addresses that modules may reach besides public ones.\n";
        let allow = report.allow.iter().map(|network| Value::from(&**network)).collect();
        text += &format!("http:\n  allow: {}\n\n", flow(&Value::Array(allow)));
    }
    if report.entries.iter().all(|reported| reported.entry.module.is_none()) {
        text += "modules: []\n";
    } else {
        text += "modules:\n";
    }
    let entries: Vec<String> = report.entries.iter().map(entry).collect();
    text + &entries.join("\n")
}

fn entry(reported: &Reported) -> String {
    let Reported { entry, line, problems } = reported;
    let line = line.map_or_else(String::new, |line| format!("line {line}: "));
    let mut text = format!("  # {line}{}\n", printable(&entry.class));
    for problem in problems.iter().filter(|problem| problem.is_error()) {
        text += &format!("  # not translated: {}\n", printable(&problem.message));
    }
    let Some(module) = &entry.module else { return text };
    text += &format!("  - module: {}\n", module.plugin);
    if !module.config.is_empty() {
        text += "    config:\n";
        for (key, value) in &module.config {
            text += &member(key, value, 6);
        }
    }
    text
}

/// `key: value`, on as many lines as needed.
fn member(key: &str, value: &Value, indent: usize) -> String {
    format!("{:indent$}{}:{}", "", scalar(key), behind(value, indent))
}

/// The text after a `key:` at this indent.
fn behind(value: &Value, indent: usize) -> String {
    let line = flow(value);
    let fits = line.chars().count() <= LINE_MAX.saturating_sub(indent);
    match value {
        Value::Array(items) if !fits || items.iter().any(Value::is_object) => {
            let item =
                |item: &Value| format!("{:1$}- {2}", "", indent + 2, within(item, indent + 4));
            format!("\n{}", items.iter().map(item).collect::<String>())
        }
        Value::Object(members) if !members.is_empty() => {
            let member = |(key, value): (&String, &Value)| member(key, value, indent + 2);
            format!("\n{}", ordered(members).map(member).collect::<String>())
        }
        _ => format!(" {line}\n"),
    }
}

/// The text of a list item, after its dash.
fn within(value: &Value, indent: usize) -> String {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let member = |(key, value): (&String, &Value)| member(key, value, indent);
            let members = ordered(members).map(member).collect::<String>();
            members.trim_start().to_owned()
        }
        _ => format!("{}\n", flow(value)),
    }
}

/// Orders scalars before lists and mappings.
fn ordered(members: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    let has_parts = |value: &Value| value.is_array() || value.is_object();
    let words = members.iter().filter(move |(_, value)| !has_parts(value));
    words.chain(members.iter().filter(move |(_, value)| has_parts(value)))
}

/// A value on one line.
fn flow(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let member =
                |(key, value): (&String, &Value)| format!("{}: {}", scalar(key), flow(value));
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// A string, in quotes unless every version of YAML reads it as a plain string.
fn scalar(text: &str) -> String {
    const OTHERWISE: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c))
        && !OTHERWISE.contains(&&*text.to_ascii_lowercase());
    if is_word { text.to_owned() } else { quoted(text) }
}

/// Quotes a string as in JSON, which is also valid YAML, but escapes the additional characters that
/// YAML requires.
fn quoted(text: &str) -> String {
    let json = Value::from(text).to_string();
    let unseen = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    json.chars().fold(String::with_capacity(json.len()), |mut quoted, c| {
        if unseen(c) {
            quoted += &format!("\\u{:04x}", u32::from(c));
        } else {
            quoted.push(c);
        }
        quoted
    })
}

#[cfg(test)]
mod tests {
    use hsmod_loader::config::Document;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_laid_out_for_people() {
        let rules = json!([
            {"allow": ["invite"], "match": "@admin.*:example\\.com"},
            {"match": "no", "deny": []},
        ]);
        insta::assert_snapshot!(member("rules", &rules, 2), @r#"
          rules:
            - match: "@admin.*:example\\.com"
              allow: [invite]
            - match: "no"
              deny: []
        "#);
        let long: Vec<String> = (0..8).map(|n| format!("server{n}.example.com")).collect();
        let text = member("domains", &json!({"a.example": long, "b.example": {}}), 0);
        insta::assert_snapshot!(text, @"
        domains:
          a.example:
            - server0.example.com
            - server1.example.com
            - server2.example.com
            - server3.example.com
            - server4.example.com
            - server5.example.com
            - server6.example.com
            - server7.example.com
          b.example: {}
        ");
    }

    proptest! {
        #[test]
        fn any_text_is_read_back_unchanged(text: String, key in "[a-z:# \"-]{1,8}") {
            let value = json!({key.clone(): [text.clone(), {"k": text}]});
            let yaml = member("value", &value, 0);
            let mut document = Document::parse(yaml.as_bytes()).unwrap();
            prop_assert_eq!(&document.take()["value"], &value, "{}", yaml);
        }
    }
}
