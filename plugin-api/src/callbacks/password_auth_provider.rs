//! Category `password_auth_provider`: checks passwords and other ways to log in.

use crate::table::callbacks;
use crate::values::{AcceptedLogin, JsonStr, Permission, UserId};

callbacks! {
    /// Checks passwords and other credentials, and takes part in registrations.
    ///
    /// The types of login that [`check_auth`](Self::check_auth) supports are named when it is
    /// registered. Modules are asked in the order of the config.
    ///
    /// Override those you need; `#[callbacks]` above the `impl` registers just these. All callbacks
    /// may be called from any thread, several at once, from the end of `start` until `shutdown`.
    ///
    /// Mirrors `synapse/handlers/auth.py`.
    pub trait PasswordAuthProvider = "password_auth_provider",
        written PasswordAuthProviderCallbacks, table PasswordAuthProviderTable PasswordAuthProviderTableRef,
        all PasswordAuthProviders, lists PasswordAuthProviderLists
    {
        /// Whether these credentials are valid, and the user that they belong to.
        ///
        /// Called for each login, and for each confirmation of an operation (user-interactive
        /// authentication), of a type that the module registered it for. `username` is as the
        /// client sent it: a local part or a whole user ID. `login_dict` contains only the fields
        /// that were registered for the type. If no module accepts, a homeserver that stores
        /// passwords checks these for `m.login.password`; otherwise the client gets a 403.
        ///
        /// Combined: of the modules that registered the type of login, the first that accepts
        /// decides. On failure: logged, and the next module is asked.
        /// Since Synapse 1.46 (`auth_checkers`).
        async fn check_auth(
            &self,
            username: &str,
            login_type: &str,
            login_dict: &JsonStr,
        ) -> Option<AcceptedLogin>, since 0 {
            //! #[derive(Deserialize)]
            //! struct Card {
            //!     pin: String,
            //! }
            //! let card: Card = login_dict.parse()?;
            //! let user_id = self.api.get_qualified_user_id(username);
            //! Ok(self.listed.contains(&card.pin).then(|| AcceptedLogin::new(user_id)))
        }

        /// Whether the password is that of the user with this e-mail address or telephone number.
        ///
        /// Called when a user logs in with one, before the homeserver looks it up itself. `medium`
        /// is `email` or `msisdn`.
        ///
        /// Combined: the first that accepts decides. On failure: logged, and the next module is
        /// asked.
        /// Since Synapse 1.46.
        async fn check_3pid_auth(
            &self,
            medium: &str,
            address: &str,
            password: &str,
        ) -> Option<AcceptedLogin>, since 0 {
            //! if medium != "email" || !self.listed.contains(password) {
            //!     return Ok(None);
            //! }
            //! let (localpart, _) = address.split_once('@').ok_or("no e-mail address")?;
            //! Ok(Some(AcceptedLogin::new(self.api.get_qualified_user_id(localpart))))
        }

        /// A user's access token was invalidated: they logged out, or their device was deleted.
        ///
        /// Called once for each access token, after it was invalidated.
        ///
        /// Combined: all are told. On failure: logged.
        /// Since Synapse 1.46.
        async fn on_logged_out(
            &self,
            user_id: &UserId,
            device_id: Option<&str>,
            access_token: &str,
        ) -> (), since 0 {
            //! tracing::info!(user = %user_id, device = device_id, "is gone; its session ends elsewhere too");
            //! Ok(())
        }

        /// The local part of the user ID of a new user; `None` leaves it to others.
        ///
        /// Called when all stages of a registration are complete, except through SSO. `uia_results`
        /// contains the result of each stage, `params` the client's request. The homeserver
        /// converts the answer to lower case.
        ///
        /// Combined: the first answer decides. On failure: the request fails, and says nothing of
        /// the reason.
        /// Since Synapse 1.52.
        async fn get_username_for_registration(
            &self,
            uia_results: &JsonStr,
            params: &JsonStr,
        ) -> Option<String>, since 0 {
            //! let params: JsonObject = params.parse()?;
            //! let wanted = params.get("username").and_then(|username| username.as_str());
            //! Ok(wanted.map(|username| format!("guest-{username}")))
        }

        /// The display name of a new user; `None` leaves it to others.
        ///
        /// Called as [`get_username_for_registration`](Self::get_username_for_registration).
        ///
        /// Combined: the first answer decides. On failure: the request fails, and says nothing of
        /// the reason.
        /// Since Synapse 1.54.
        async fn get_displayname_for_registration(
            &self,
            uia_results: &JsonStr,
            params: &JsonStr,
        ) -> Option<String>, since 0 {
            //! let stages: JsonObject = uia_results.parse()?;
            //! let named = stages.contains_key("com.example.card");
            //! Ok(named.then(|| "A new colleague".to_owned()))
        }

        /// Whether an e-mail address or telephone number may be used on this homeserver.
        ///
        /// Called when a client requests a verification of it, to register (`registration`) or to
        /// add it to an account, and at the end of the registration. A denial is a 403.
        ///
        /// Combined: the first denial decides. On failure: the request fails, and says nothing of
        /// the reason.
        /// Since Synapse 1.53.
        async fn is_3pid_allowed(
            &self,
            medium: &str,
            address: &str,
            registration: bool,
        ) -> Permission, since 0, denies {
            //! let ours = medium == "email" && address.ends_with("@example.com");
            //! Ok(if ours || !registration { Permission::Allow } else { Permission::Deny })
        }
    }
}
