//! Registers the callbacks that the config names.

use hsmod_plugin_api::prelude::*;

use crate::Recorder;

/// Registers the wanted callbacks of each category.
macro_rules! register {
    ($module:ident: $( $written:ident $register:ident, )*) => { $(
        let wanted = $module.config.wanted(<Recorder as $written>::WRITTEN);
        $module.api.$register($module).only(&wanted).optional(&$module.config.optional);
    )* };
}

pub(crate) fn register(module: &Arc<Recorder>) {
    module.api.register_spam_checker_callbacks(module).only(&module.config.only);
    register! { module:
        SpamCheckerCallbacks register_spam_checker_callbacks,
        ThirdPartyRulesCallbacks register_third_party_rules_callbacks,
        AccountValidityCallbacks register_account_validity_callbacks,
        PresenceRouterCallbacks register_presence_router_callbacks,
        BackgroundUpdateControllerCallbacks register_background_update_controller_callbacks,
        AccountDataCallbacks register_account_data_callbacks,
        AddExtraFieldsToUnsignedClientEventCallbacks
            register_add_extra_fields_to_unsigned_client_event_callbacks,
        MediaRepositoryCallbacks register_media_repository_callbacks,
        RatelimitCallbacks register_ratelimit_callbacks,
        FederationCallbacks register_federation_callbacks,
    }
    register_password_auth_provider(module);
}

/// Registers this category together with the login types.
fn register_password_auth_provider(module: &Arc<Recorder>) {
    let wanted = module.config.wanted(<Recorder as PasswordAuthProviderCallbacks>::WRITTEN);
    let mut registration = module
        .api
        .register_password_auth_provider_callbacks(module)
        .only(&wanted)
        .optional(&module.config.optional);
    for (login_type, fields) in module.config.login_types(wanted.contains(&"check_auth")) {
        registration = registration.auth_checker(&login_type, &fields);
    }
}
