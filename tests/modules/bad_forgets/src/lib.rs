//! Implements callbacks of two categories, but registers only what its config says.
//!
//! Config: a list of `spam_checker`, `only_one` (one callback of that category), `none` (explicitly
//! none of it), `another` (another object for that category), `account_validity`, `late`
//! (`account_validity`, but in `start`).
#![forbid(unsafe_code)]

use hsmod_plugin_api::prelude::*;

/// The module.
pub struct BadForgets {
    late: Option<ModuleApi>,
    this: std::sync::Weak<Self>,
}

#[derive(PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    SpamChecker,
    OnlyOne,
    None,
    Another,
    AccountValidity,
    Late,
}

/// The module's `config`.
#[derive(Deserialize)]
pub struct Config {
    registers: Vec<What>,
}

impl Module for BadForgets {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let make = |this: &std::sync::Weak<Self>| {
            let late = config.registers.contains(&What::Late).then(|| api.clone());
            Self { late, this: this.clone() }
        };
        let module = Arc::new_cyclic(make);
        for what in &config.registers {
            match what {
                What::SpamChecker => drop(api.register_spam_checker_callbacks(&module)),
                What::OnlyOne => {
                    api.register_spam_checker_callbacks(&module).only(&["user_may_invite"]);
                }
                What::None => {
                    api.register_spam_checker_callbacks(&module).only(&[""; 0]);
                }
                What::Another => {
                    api.register_spam_checker_callbacks(&Arc::new_cyclic(make));
                }
                What::AccountValidity => {
                    api.register_account_validity_callbacks(&module);
                }
                What::Late => {}
            }
        }
        Ok(module)
    }

    async fn start(&self) -> Result<(), ModuleError> {
        if let (Some(api), Some(this)) = (&self.late, self.this.upgrade()) {
            api.register_account_validity_callbacks(&this);
        }
        Ok(())
    }
}

#[callbacks(optional)]
impl SpamChecker for BadForgets {
    async fn check_event_for_spam(&self, _event: &Event<'_>) -> Result<Verdict, ModuleError> {
        Ok(Verdict::Allow)
    }

    async fn user_may_invite(
        &self,
        _inviter: &UserId,
        _invitee: &UserId,
        _room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        Ok(Verdict::Allow)
    }
}

#[callbacks(optional)]
impl AccountValidity for BadForgets {
    async fn is_user_expired(&self, _user_id: &UserId) -> Result<Option<bool>, ModuleError> {
        Ok(None)
    }
}

export_module!(BadForgets);
