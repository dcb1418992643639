//! Modules that check registrations.
//!
//! `registration_guard` combines what several of these modules do. An entry replaces just one of
//! them, so its other checks are turned off.

use serde_json::{Value, json};

use super::super::keys::{Keys, Kind, renamed, same};
use super::Row;

pub(super) const ROWS: &[Row] = &[
    Row {
        class: "TempMailChecker",
        plugin: GUARD,
        keys: &[renamed("blocked_domains_file", "blocked_email_domains_file", Kind::Text)],
        rest: any_name,
    },
    Row { class: "EmailBlacklistModule", plugin: GUARD, keys: &[], rest: patterns },
    Row {
        class: "registration_spam_checker.RegistrationSpamChecker",
        plugin: GUARD,
        keys: &[
            renamed("deny_email_domains", "blocked_email_domains", Kind::Texts),
            same("allow_email_domains", Kind::Texts),
            same("deny_username_regexes", Kind::Texts),
            same("min_username_length", Kind::Number),
            same("max_username_length", Kind::Number),
            same("require_user_agent", Kind::Switch),
        ],
        rest: spam_checker,
    },
    Row {
        class: "synapse_registration_notifier.RegistrationNotifier",
        plugin: GUARD,
        keys: &[],
        rest: notifier,
    },
];

const GUARD: &str = "registration_guard";

/// Turns off the plugin's default checks of usernames.
fn any_name(keys: &mut Keys<'_>) {
    keys.write("deny_username_regexes", json!([]));
    keys.write("min_username_length", 0);
    keys.write("max_username_length", 255);
}

/// The module matches whole addresses against regexes; the plugin compares domains.
fn patterns(keys: &mut Keys<'_>) {
    let patterns = match keys.take("email_blacklist") {
        Some(Value::Array(patterns)) => patterns,
        Some(Value::Null) | None => Vec::new(),
        Some(_) => return keys.give_up("email_blacklist", "this is not a list of regexes"),
    };
    let domains: Vec<Option<String>> =
        patterns.iter().map(|pattern| domain(pattern.as_str()?)).collect();
    let lost = domains.iter().filter(|domain| domain.is_none()).count();
    if lost > 0 {
        keys.lost(
            "email_blacklist",
            format!(
                "{lost} of {} regexes were left out: the plugin compares domains, so a regex must \
                 match exactly one, like `@example\\.com$`",
                patterns.len()
            ),
            "add the domains that they match, or leave the module in homeserver.yaml",
        );
    }
    keys.write("blocked_email_domains", domains.into_iter().flatten().collect::<Vec<_>>());
    any_name(keys);
}

/// The domain that a regex such as `.*@example\.com$` stands for. An unescaped dot counts as a dot,
/// since many leave out the backslash.
fn domain(pattern: &str) -> Option<String> {
    let end = pattern.strip_suffix('$')?;
    let end = end.strip_prefix('^').unwrap_or(end);
    let end = [".*", ".+"].iter().find_map(|any| end.strip_prefix(any)).unwrap_or(end);
    let domain = end.strip_prefix('@')?.replace("\\.", ".");
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    (domain.contains('.') && domain.chars().all(plain)).then(|| domain.to_ascii_lowercase())
}

/// The module requires a user agent by default, unlike the plugin.
fn spam_checker(keys: &mut Keys<'_>) {
    if keys.written("require_user_agent").is_none() {
        keys.write("require_user_agent", true);
    }
    let shadow_ban = keys.take("shadow_ban_instead_of_deny");
    if shadow_ban.is_some_and(|ban| ban == Value::Bool(true)) {
        keys.write("action", "shadow_ban");
    }
}

fn notifier(keys: &mut Keys<'_>) {
    keys.carry_into(
        "notify",
        &[
            renamed("notification_room", "room", Kind::Text),
            renamed("admin_user_id", "sender", Kind::Text),
            same("mention_room", Kind::Switch),
            same("mention_user_ids", Kind::Texts),
        ],
    );
    any_name(keys);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regexes_of_whole_domains_are_domains() {
        for pattern in
            [r"@spam\.example$", r"^.*@spam\.example$", r".+@spam\.example$", "@spam.example$"]
        {
            assert_eq!(domain(pattern).as_deref(), Some("spam.example"), "{pattern}");
        }
        let others = [
            r"spam\.example",
            r"@spam\.example",
            r"@(a|b)\.example$",
            r"@.*\.example$",
            r"^a@spam\.example$",
            "@$",
            "",
        ];
        for pattern in others {
            assert_eq!(domain(pattern), None, "{pattern}");
        }
    }
}
