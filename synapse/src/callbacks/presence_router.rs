//! `presence_router`, as `synapse/events/presence_router.py` calls it.

use super::rows;
use crate::convert::arguments::Text;
use crate::convert::presence::{Presences, interested_users, users_for_states};

rows! { presence_router {
    get_users_for_states(state_updates: Presences) => users_for_states;
    get_interested_users(user_id: Text) => interested_users;
} }
