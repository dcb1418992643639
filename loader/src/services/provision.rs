//! The services that the loader provides to one module: created from the config, ended with the
//! module.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use hsmod_plugin_api::requests::{RequestRow, Services};
use hsmod_plugin_api::values::{ModuleError, Unanswered};
use tokio::runtime::Handle;

use super::given::{Given, given};
#[cfg(feature = "http")]
use super::http::answers::HttpAnswers;
use super::life::Life;
#[cfg(feature = "mail")]
use super::mail::answers::MailAnswers;
#[cfg(feature = "storage")]
use super::storage::answers::StorageAnswers;
#[cfg(feature = "templates")]
use super::templates::answers::TemplateAnswers;
use super::time::RuntimeTime;
use crate::config::{Config, Http, Mail};
use crate::host::Host;
use crate::rehearsal::{Rehearsal, Service};

/// What the operator's config says about these services.
#[derive(Clone, Debug, Default)]
#[cfg_attr(
    not(all(feature = "http", feature = "storage", feature = "mail", feature = "templates")),
    allow(dead_code, reason = "each service reads its own part of it")
)]
pub(crate) struct Settings {
    pub(super) data_dir: Option<PathBuf>,
    http: Http,
    templates_dir: Option<PathBuf>,
    pub(super) mail: Option<Mail>,
}

impl Settings {
    /// The name of the service in mails.
    pub(crate) fn email_app_name(&self) -> Option<&str> {
        self.mail.as_ref().map(|mail| mail.app_name.as_str())
    }

    pub(crate) fn of(config: &Config) -> Self {
        Self {
            data_dir: config.data_dir().map(ToOwned::to_owned),
            http: config.http().clone(),
            templates_dir: config.templates_dir().map(ToOwned::to_owned),
            mail: config.mail().cloned(),
        }
    }
}

/// A service, as provided to one module.
trait Provided: Send + Sync {
    /// Stops answering and undoes what was begun.
    fn end(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }
}

/// All services for one module.
pub(crate) struct Provision {
    /// The implementations of the requests.
    pub(crate) services: Services,
    /// The groups that are not answered, and why.
    lacking: Vec<(&'static str, Cow<'static, str>)>,
    provided: Vec<(&'static str, Box<dyn Provided>)>,
    life: Arc<Life>,
}

impl Provision {
    /// The services for `module`. In a trial or rehearsal, nothing they do may last.
    pub(crate) fn new(module: &Arc<str>, host: &Host, runtime: &Handle) -> Self {
        let (settings, rehearsal) = (&host.settings, host.rehearsal.as_ref());
        let played = |service| rehearsal.filter(|rehearsal| !rehearsal.is_live(service));
        let mut all = Self {
            services: Services::default(),
            lacking: Vec::new(),
            provided: Vec::new(),
            life: Arc::new(Life::new()),
        };
        let in_memory = host.trial || played(Service::Storage).is_some();
        all.add_storage(module, settings, in_memory);
        all.add_http(settings, played(Service::Http));
        all.add_templates(settings);
        all.add_mail(module, settings, played(Service::Mail));
        let time = RuntimeTime(runtime.clone());
        all.services = std::mem::take(&mut all.services).time(time.clone());
        all.provided.push(("time", Box::new(time)));
        all
    }

    #[cfg(feature = "storage")]
    fn add_storage(&mut self, module: &Arc<str>, settings: &Settings, in_memory: bool) {
        let Some(data_dir) = &settings.data_dir else {
            return self.lack_here("storage", settings);
        };
        let data_dir = (!in_memory).then(|| data_dir.clone());
        let answers = StorageAnswers::new(data_dir, Arc::clone(module), Arc::clone(&self.life));
        self.services = std::mem::take(&mut self.services).storage(answers.clone());
        self.provided.push(("storage", Box::new(answers)));
    }

    #[cfg(not(feature = "storage"))]
    fn add_storage(&mut self, _: &Arc<str>, settings: &Settings, _: bool) {
        self.lack_here("storage", settings);
    }

    #[cfg(feature = "http")]
    fn add_http(&mut self, settings: &Settings, played: Option<&Rehearsal>) {
        if let Some(rehearsal) = played {
            return self.lack("http", rehearsal.why("http"));
        }
        let answers = HttpAnswers::new(settings.http.clone(), Arc::clone(&self.life));
        self.services = std::mem::take(&mut self.services).http(answers.clone());
        self.provided.push(("http", Box::new(answers)));
    }

    #[cfg(not(feature = "http"))]
    fn add_http(&mut self, settings: &Settings, _: Option<&Rehearsal>) {
        self.lack_here("http", settings);
    }

    #[cfg(feature = "templates")]
    fn add_templates(&mut self, settings: &Settings) {
        let answers = TemplateAnswers::new(settings.templates_dir.clone(), Arc::clone(&self.life));
        self.services = std::mem::take(&mut self.services).templates(answers.clone());
        self.provided.push(("templates", Box::new(answers)));
    }

    #[cfg(not(feature = "templates"))]
    fn add_templates(&mut self, settings: &Settings) {
        self.lack_here("templates", settings);
    }

    #[cfg(feature = "mail")]
    fn add_mail(&mut self, module: &Arc<str>, settings: &Settings, played: Option<&Rehearsal>) {
        let Some(mail) = &settings.mail else {
            return self.lack_here("mail", settings);
        };
        let noted_by = played.map(|rehearsal| (Arc::clone(module), rehearsal.clone()));
        let answers = MailAnswers::new(mail.clone(), noted_by, Arc::clone(&self.life));
        self.services = std::mem::take(&mut self.services).mail(answers.clone());
        self.provided.push(("mail", Box::new(answers)));
    }

    #[cfg(not(feature = "mail"))]
    fn add_mail(&mut self, _: &Arc<str>, settings: &Settings, _: Option<&Rehearsal>) {
        self.lack_here("mail", settings);
    }

    /// Notes that a group is not answered because of the loader's features or the config.
    fn lack_here(&mut self, group: &'static str, settings: &Settings) {
        if let Given::Not(reason) = given(group, settings) {
            self.lack(group, reason.to_string());
        }
    }

    fn lack(&mut self, group: &'static str, why: impl Into<Cow<'static, str>>) {
        self.lacking.push((group, why.into()));
    }

    /// The groups that are answered.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &'static str> {
        self.provided.iter().map(|(group, _)| *group)
    }

    /// Why a request is not answered, if the loader could answer its group.
    pub(crate) fn lacks(&self, request: &RequestRow) -> Option<ModuleError> {
        let (_, why) = self.lacking.iter().find(|(group, _)| *group == request.group)?;
        let message = format!("`{}` is not answered: {why}", request.name);
        Some(ModuleError::not_answered(Unanswered::Unsupported, message))
    }

    /// Ends all services, and waits until none of their work is left.
    pub(crate) async fn end(&self) {
        self.life.end();
        for (_, provided) in &self.provided {
            provided.end().await;
        }
    }
}

impl fmt::Debug for Provision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.groups()).finish()
    }
}

/// Nothing to end: a sleep is dropped with the module's futures.
impl Provided for RuntimeTime {}

/// Requests in flight end with the module's [`Life`].
#[cfg(feature = "http")]
impl Provided for HttpAnswers {}

/// As for HTTP requests.
#[cfg(feature = "mail")]
impl Provided for MailAnswers {}

#[cfg(feature = "templates")]
impl Provided for TemplateAnswers {
    fn end(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.close();
        Box::pin(std::future::ready(()))
    }
}

#[cfg(feature = "storage")]
impl Provided for StorageAnswers {
    fn end(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.close())
    }
}

#[cfg(test)]
mod tests {
    use hsmod_plugin_api::requests::{http, mail, storage, templates};

    use super::*;

    /// Works with any features: `cargo test -p hsmod-loader` enables none of them.
    #[tokio::test]
    async fn a_service_that_was_not_built_in_says_which_feature_it_needs() {
        let all = Provision::new(&"a".into(), &Host::new("x"), &Handle::current());
        for (request, built_in) in [
            (storage::rows::run_db_interaction, cfg!(feature = "storage")),
            (http::rows::http_request, cfg!(feature = "http")),
            (templates::rows::read_templates, cfg!(feature = "templates")),
            (mail::rows::send_mail, cfg!(feature = "mail")),
        ] {
            let RequestRow { group, name, .. } = request;
            let without = format!(
                "`{name}` is not answered: this homeserver was built without hsmod-loader's feature \
                 `{group}`"
            );
            match all.lacks(&request) {
                Some(error) if !built_in => {
                    assert_eq!(error.unanswered(), Some(Unanswered::Unsupported));
                    assert_eq!(error.to_string(), without);
                }
                Some(error) => assert!(error.to_string().contains("is configured"), "{error}"),
                None => assert!(built_in && all.services.answers(name), "{name}"),
            }
        }
        all.end().await;
    }
}
