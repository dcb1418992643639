//! Which certificates the client trusts: those that the system trusts.

use std::sync::{Arc, LazyLock};

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;

/// Read once, because the system's certificates are many files.
static CONFIG: LazyLock<Result<ClientConfig, rustls::Error>> = LazyLock::new(|| {
    let trusting = || {
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
    };
    match trusting()?.with_platform_verifier() {
        Ok(builder) => Ok(builder.with_no_client_auth()),
        Err(error) => {
            tracing::warn!(
                %error,
                "the system's certificates cannot be read, so no HTTPS server is trusted: install \
                 them (Debian: ca-certificates)"
            );
            let nobody = RootCertStore::empty();
            Ok(trusting()?.with_root_certificates(nobody).with_no_client_auth())
        }
    }
});

/// The TLS configuration, which all modules share.
///
/// # Errors
/// The TLS library does not support a required feature.
pub(super) fn config() -> Result<ClientConfig, rustls::Error> {
    CONFIG.clone()
}
