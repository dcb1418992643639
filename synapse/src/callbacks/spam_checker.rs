//! `spam_checker`, as `synapse/module_api/callbacks/spamchecker_callbacks.py` calls it.

use super::rows;
use crate::convert::arguments::{Event, Flag, Object, OptionalText, RequestInfos, Text};
use crate::convert::verdict::{code_only, verdict};

rows! { spam_checker {
    check_event_for_spam(event: Event) => verdict;
    user_may_join_room(user_id: Text, room_id: Text, is_invited: Flag) => verdict;
    user_may_invite(inviter: Text, invitee: Text, room_id: Text) => verdict;
    federated_user_may_invite(event: Event) [.without_user_may_invite()] => verdict;
    user_may_send_3pid_invite(inviter: Text, medium: Text, address: Text, room_id: Text) => verdict;
    user_may_create_room(user_id: Text, room_config: Object) => verdict;
    user_may_create_room_alias(user_id: Text, room_alias: Text) => verdict;
    user_may_publish_room(user_id: Text, room_id: Text) => verdict;
    user_may_send_state_event(
        user_id: Text, room_id: Text, event_type: Text, state_key: Text, content: Object
    ) => code_only;
    check_login_for_spam(
        user_id: Text, device_id: OptionalText, initial_display_name: OptionalText,
        request_info: RequestInfos, auth_provider_id: OptionalText
    ) => verdict;
} }
