//! Group `mail`: mail through the operator's server. The loader answers it in every homeserver.

use crate::module::ModuleApi;
use crate::table::requests;

requests! {
    /// Mail through the operator's server. The loader answers this in every homeserver; a
    /// homeserver that answers it has priority.
    pub trait Mail = mail on ModuleApi,
        written MailRequests, table MailTable MailTableRef, erased ErasedMail
    {
        /// Sends a mail to an address like `ann@example.com`: the same text as HTML and as plain
        /// text. When this returns, the server has accepted it. An error if the address is invalid,
        /// the server refuses the mail or takes more than two minutes, or 256 mails are waiting
        /// already. Works until [`Module::shutdown`](crate::Module::shutdown) returns; not in a
        /// trial. Since Synapse 1.39.
        async fn send_mail(&self, recipient: &str, subject: &str, html: &str, text: &str) -> (), since 0 {
            /// let link = format!("{}renew", api.public_baseurl().unwrap_or_default());
            /// let subject = format!("Renew your {} account", api.email_app_name());
            /// let html = format!(r#"<a href="{link}">Renew</a>"#);
            /// api.send_mail("ann@example.com", &subject, &html, &link).await?;
        }
    }
}
