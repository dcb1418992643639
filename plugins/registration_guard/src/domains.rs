//! Blocked and allowed domains of e-mail addresses.

mod file;

use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};

use hsmod_plugin_api::prelude::*;

use crate::config::Config;
use file::{Contents, ListFile};

/// The domains that e-mail addresses are checked against.
#[derive(Default)]
pub(crate) struct EmailDomains {
    allowed: HashSet<String>,
    blocked: HashSet<String>,
    match_subdomains: bool,
    file: Option<ListFile>,
    /// The current content of the file.
    listed: RwLock<Contents>,
}

impl EmailDomains {
    /// Reads the domains from a config and its file.
    pub(crate) fn of(config: &Config) -> Result<Self, ConfigError> {
        let file = config.blocked_email_domains_file.as_ref().map(ListFile::new);
        let listed = file.as_ref().map(ListFile::read).transpose();
        let listed = listed.map_err(|error| error.at("blocked_email_domains_file"))?;
        Ok(Self {
            allowed: domains(&config.allow_email_domains, "allow_email_domains")?,
            blocked: domains(&config.blocked_email_domains, "blocked_email_domains")?,
            match_subdomains: config.match_subdomains,
            file,
            listed: RwLock::new(listed.unwrap_or_default()),
        })
    }

    pub(crate) const fn are_in_a_file(&self) -> bool {
        self.file.is_some()
    }

    /// Reads the file again if it has changed. If that fails, the old content is kept.
    pub(crate) fn reload(&self) {
        let Some(file) = &self.file else { return };
        let known = self.listed.read().unwrap_or_else(PoisonError::into_inner).version;
        match file.read_unless(known) {
            Ok(None) => {}
            Ok(Some(contents)) => {
                tracing::info!(
                    domains = contents.domains.len(),
                    "the list of blocked e-mail domains was read again"
                );
                *self.listed.write().unwrap_or_else(PoisonError::into_inner) = contents;
            }
            Err(error) => {
                tracing::warn!("the list of blocked e-mail domains stays as it was: {error}")
            }
        }
    }

    /// The reason to refuse this address, if any.
    pub(crate) fn reason(&self, address: &str) -> Option<&'static str> {
        if address.is_empty() {
            tracing::warn!("a registration has an empty e-mail address, which is not checked");
            return None;
        }
        let (_, domain) = address.rsplit_once('@').unwrap_or(("", address));
        let domain = normal(domain).unwrap_or_else(|| domain.to_lowercase());
        if !self.allowed.is_empty() && !self.has(&self.allowed, &domain) {
            return Some("the domain of the e-mail address is not allowed");
        }
        let listed = self.listed.read().unwrap_or_else(PoisonError::into_inner);
        let is_blocked = self.has(&self.blocked, &domain) || self.has(&listed.domains, &domain);
        is_blocked.then_some("the domain of the e-mail address is blocked")
    }

    fn has(&self, domains: &HashSet<String>, domain: &str) -> bool {
        if !self.match_subdomains {
            return domains.contains(domain);
        }
        let mut around =
            std::iter::successors(Some(domain), |domain| domain.split_once('.').map(|cut| cut.1));
        around.any(|domain| domains.contains(domain))
    }
}

fn domains(written: &[String], key: &'static str) -> Result<HashSet<String>, ConfigError> {
    let domains = written.iter().enumerate().map(|(item, domain)| {
        normal(domain).ok_or_else(|| {
            let message = format!("`{domain}` is not a domain: write it like \"example.com\"");
            ConfigError::new(message).at(key).at(item)
        })
    });
    domains.collect()
}

/// The canonical form of a domain: lower case and ASCII. `None` if it is not a domain.
fn normal(domain: &str) -> Option<String> {
    let domain = domain.trim().trim_end_matches('.');
    let ascii = idna::domain_to_ascii_cow(domain.as_bytes(), idna::AsciiDenyList::URL).ok()?;
    let is_domain = !ascii.is_empty() && !ascii.contains('*') && !ascii.starts_with('.');
    is_domain.then(|| ascii.into_owned())
}
