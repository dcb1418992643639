#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod creation;

use std::collections::HashSet;

use hsmod_plugin_api::prelude::*;
use serde_json::Value;

const RULES: &str = "im.vector.room.access_rules";
const MEMBER: &str = "m.room.member";
const THREEPID: &str = "m.room.third_party_invite";

type Answer<T> = Result<T, ModuleError>;

/// The module's `config`.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The name of the identity server that knows to which homeserver an e-mail address belongs.
    id_server: String,
    /// The homeservers whose users are kept out of restricted rooms.
    #[serde(default)]
    domains_forbidden_when_restricted: HashSet<String>,
}

/// The rule that says who may be in a room.
#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Rule {
    Restricted,
    Unrestricted,
    Direct,
}

/// The module.
pub struct RoomAccessRules {
    config: Config,
    api: ModuleApi,
}

impl Module for RoomAccessRules {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Answer<Arc<Self>> {
        let module = Arc::new(Self { config, api: api.clone() });
        api.register_third_party_rules_callbacks(&module);
        Ok(module)
    }
}

#[callbacks]
impl ThirdPartyRules for RoomAccessRules {
    async fn check_event_allowed(
        &self,
        event: &Event<'_>,
        state: &State<'_>,
    ) -> Answer<EventDecision> {
        let allowed = self.is_allowed(event, state).await?;
        Ok(if allowed { EventDecision::Allow } else { EventDecision::Deny })
    }

    async fn on_create_room(
        &self,
        requester: &Requester<'_>,
        request_content: &mut EditableJson<'_>,
        _is_requester_admin: bool,
    ) -> Answer<()> {
        let mut request = request_content.parse()?;
        self.create(requester.user(), &mut request)?;
        Ok(request_content.set(&request)?)
    }

    async fn check_threepid_can_be_invited(
        &self,
        medium: &str,
        address: &str,
        state: &State<'_>,
    ) -> Answer<Permission> {
        let unchecked = rule_in(state).await? != Rule::Restricted;
        let allowed = medium == "email" && (unchecked || self.has_allowed_home(address).await);
        Ok(if allowed { Permission::Allow } else { Permission::Deny })
    }

    async fn check_visibility_can_be_modified(
        &self,
        _room_id: &RoomId,
        state: &State<'_>,
        new_visibility: &str,
    ) -> Answer<Permission> {
        let allowed = new_visibility != "public" || rule_in(state).await? == Rule::Restricted;
        Ok(if allowed { Permission::Allow } else { Permission::Deny })
    }
}

impl RoomAccessRules {
    async fn is_allowed(&self, event: &Event<'_>, state: &State<'_>) -> Answer<bool> {
        let Some(key) = event.state_key() else { return Ok(true) };
        let (rule, content) = (rule_in(state).await?, event.content::<Value>()?);
        let membership = content["membership"].as_str().unwrap_or_default();
        let is_forbidden = self.forbids(UserId::new(key).server_name());
        Ok(match (event.event_type(), rule) {
            (RULES, _) => self.may_change(event, state).await?,
            (MEMBER | THREEPID, Rule::Direct) => fits_two(event, &content, state).await?,
            // Users who are already in the room may stay or leave.
            (MEMBER, Rule::Restricted) if matches!(membership, "join" | "invite") => !is_forbidden,
            (MEMBER, Rule::Unrestricted) if is_forbidden && membership == "join" => {
                state.membership(key).await?.as_deref() == Some("invite")
            }
            ("m.room.power_levels", Rule::Unrestricted) => self.are_levels_fit(&content),
            ("m.room.join_rules", Rule::Direct) => content["join_rule"] != "public",
            ("m.room.name" | "m.room.avatar" | "m.room.topic", Rule::Direct) => false,
            _ => true,
        })
    }

    /// Whether a room's rule may be changed to this one.
    async fn may_change(&self, event: &Event<'_>, state: &State<'_>) -> Answer<bool> {
        let Some(new) = rule_of(event) else { return Ok(false) };
        let (members, invites) = (keys(state, MEMBER).await?, keys(state, THREEPID).await?);
        let old = state.get(RULES, "").await?.map(|old| rule_of(&old.as_event()));
        let public = self.api.public_room_list_manager();
        let is_public = public.room_is_in_public_room_list(event.room_id()).await?;
        Ok((new != Rule::Direct || members.len() <= 2 && invites.len() <= 1)
            && (new == Rule::Restricted || !is_public)
            && old.is_none_or(|old| old == Some(Rule::Restricted) && new == Rule::Unrestricted))
    }

    /// Whether only users who could be in a restricted room have power.
    fn are_levels_fit(&self, levels: &Value) -> bool {
        let mut users = levels["users"].as_object().into_iter().flatten();
        let default = levels.get("users_default").is_none_or(|level| *level == 0);
        default && users.all(|(id, at)| *at == 0 || !self.forbids(UserId::new(id).server_name()))
    }

    /// Whether a homeserver is forbidden. An unknown one is, too.
    fn forbids(&self, domain: Option<&str>) -> bool {
        let forbidden = &self.config.domains_forbidden_when_restricted;
        domain.is_none_or(|domain| domain.is_empty() || forbidden.contains(domain))
    }

    /// Whether the address's homeserver is known and not forbidden.
    async fn has_allowed_home(&self, address: &str) -> bool {
        let url = format!("https://{}/_matrix/identity/api/v1/info", self.config.id_server);
        // A mail program could read such an address differently from the identity server.
        if address.contains(|c: char| c <= ' ' || "<>()[],;:\\\"".contains(c)) {
            return false;
        }
        let args = [("medium", "email"), ("address", address)];
        let info = self.api.http_client().get_json::<Value>(&url, &args).await;
        let info =
            info.inspect_err(|error| tracing::warn!("an invite by e-mail is refused: {error}"));
        info.is_ok_and(|info| !self.forbids(info["hs"].as_str()))
    }
}

/// The rule of a room. If it is missing or unknown, the room is restricted.
async fn rule_in(state: &State<'_>) -> Answer<Rule> {
    let event = state.get(RULES, "").await?;
    Ok(event.and_then(|event| rule_of(&event.as_event())).unwrap_or(Rule::Restricted))
}

fn rule_of(event: &Event<'_>) -> Option<Rule> {
    let content: JsonObject = event.content().ok()?;
    Rule::deserialize(content.get("rule")?).ok()
}

/// Whether a direct room remains one of the same two people.
async fn fits_two(event: &Event<'_>, content: &Value, state: &State<'_>) -> Answer<bool> {
    let (members, invites) = (keys(state, MEMBER).await?, keys(state, THREEPID).await?);
    let signed = &content["third_party_invite"]["signed"];
    let (is_member, key) = (event.event_type() == MEMBER, event.state_key().unwrap_or_default());
    Ok(match (&members[..], &invites[..]) {
        // The same invite again, or an empty one, which withdraws it.
        (_, [token]) if !is_member => token == key,
        ([one, two], _) => is_member && (one == key || two == key),
        ([one], [token]) => one == key || signed["token"] == **token,
        _ => true,
    })
}

/// The state keys of a type's events, without empty events.
async fn keys(state: &State<'_>, event_type: &str) -> Answer<Vec<String>> {
    let events = state.of_type(event_type).await?;
    let full = events.iter().filter(|event| event.content_json().as_str() != "{}");
    Ok(full.filter_map(|event| event.state_key().map(str::to_owned)).collect())
}

export_module!(
    RoomAccessRules,
    requires = ["http_request", "room_is_in_public_room_list"],
    config_schema = include_str!("../config.schema.json")
);

#[cfg(test)]
mod tests;
