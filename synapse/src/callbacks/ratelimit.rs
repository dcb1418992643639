//! `ratelimit`, as `synapse/module_api/callbacks/ratelimit_callbacks.py` calls it.

use super::rows;
use crate::convert::arguments::Text;
use crate::convert::limits::ratelimit;

rows! { ratelimit {
    get_ratelimit_override_for_user(user_id: Text, limiter_name: Text) => ratelimit;
} }
