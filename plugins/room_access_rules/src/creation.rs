//! Gives each new room a rule, and power levels that fit it.

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

use crate::{Answer, RULES, RoomAccessRules, Rule};

impl RoomAccessRules {
    /// Completes the request that creates a room.
    pub(crate) fn create(&self, creator: &UserId, request: &mut JsonObject) -> Answer<()> {
        let is_direct = request.get("is_direct").is_some_and(|is_direct| *is_direct == true);
        let is_public = request.get("preset").is_some_and(|preset| preset == "public_chat");
        let initial = request.entry("initial_state").or_insert_with(|| json!([]));
        let initial = initial.as_array_mut().ok_or_else(|| invalid("initial state"))?;
        if !initial.iter().any(says_the_rule) {
            let rule = if is_direct { "direct" } else { "restricted" };
            initial.push(json!({"type": RULES, "state_key": "", "content": {"rule": rule}}));
        }
        let named = initial.iter().rfind(|event| says_the_rule(event));
        let rule = named.and_then(|event| Rule::deserialize(&event["content"]["rule"]).ok());
        let is_joined_freely = |event: &Value| event["content"]["join_rule"] == "public";
        let is_public = is_public || initial.iter().any(is_joined_freely);
        let fits = |rule: &Rule| is_direct == (*rule == Rule::Direct) && !(is_direct && is_public);
        let rule = rule.filter(fits).ok_or_else(|| invalid("access rule"))?;
        for event in initial.iter_mut().filter(|event| event["type"] == "m.room.power_levels") {
            let levels = self.fill(&mut event["content"], rule)?;
            levels.entry("users").or_insert_with(|| json!({creator.as_str(): 100}));
        }
        // The override already lists the creator where that is necessary.
        let levels = request.entry("power_level_content_override").or_insert_with(|| json!({}));
        self.fill(levels, rule).map(drop)
    }

    /// Adds missing levels. Inviting takes a moderator and changing the room an admin; a request
    /// may raise these levels, but not lower them.
    fn fill<'a>(&self, given: &'a mut Value, rule: Rule) -> Answer<&'a mut JsonObject> {
        let defaults: JsonObject = serde_json::from_str(include_str!("levels.json"))?;
        let least = |key| given.get(key).is_none_or(|at| at.as_i64() >= defaults[key].as_i64());
        let fit = rule != Rule::Unrestricted || self.are_levels_fit(given);
        let fit = fit && least("invite") && least("state_default");
        let levels =
            given.as_object_mut().filter(|_| fit).ok_or_else(|| invalid("power levels"))?;
        for (key, level) in defaults {
            levels.entry(key).or_insert(level);
        }
        Ok(levels)
    }
}

/// Whether an event of the initial state is the room's rule. One with a state key is not: no rule
/// is read from it.
fn says_the_rule(event: &Value) -> bool {
    event["type"] == RULES && event.get("state_key").is_none_or(|key| key == "")
}

fn invalid(what: &str) -> ModuleError {
    ModuleError::http(400, ErrorCode::Unknown, format!("Invalid {what}"))
}
