//! Which groups of requests the loader answers, depending on its features and the config.

use std::fmt;

use super::provision::Settings;

/// Whether the loader answers a group of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// It does.
    Here,
    /// It could, but does not.
    Not(Reason),
    /// Only a homeserver can answer it.
    ByHomeserver,
}

/// Why the loader does not answer a group that it could answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) why: &'static str,
    /// The operator's remedy; `None` if the feature is not built in, which no config can change.
    pub(crate) remedy: Option<&'static str>,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.remedy {
            Some(remedy) => write!(f, "{}: {remedy}", self.why),
            None => f.write_str(self.why),
        }
    }
}

/// Whether the loader answers a group of requests with this config.
pub(crate) fn given(group: &str, settings: &Settings) -> Given {
    macro_rules! built_in {
        ($feature:literal) => {{
            const WHY: &str = concat!(
                "this homeserver was built without hsmod-loader's feature `",
                $feature,
                "`"
            );
            let reason = Reason { why: WHY, remedy: None };
            if cfg!(feature = $feature) { Given::Here } else { Given::Not(reason) }
        }};
    }
    let configured = |built_in: Given, is_there: bool, why, remedy| match built_in {
        Given::Here if !is_there => Given::Not(Reason { why, remedy: Some(remedy) }),
        built_in => built_in,
    };
    match group {
        "time" => Given::Here,
        "http" => built_in!("http"),
        "templates" => built_in!("templates"),
        "storage" => configured(
            built_in!("storage"),
            settings.data_dir.is_some(),
            "no storage is configured",
            "set `data_dir` in the config",
        ),
        "mail" => configured(
            built_in!("mail"),
            settings.mail.is_some(),
            "no mail is configured",
            "set `mail` in the config",
        ),
        _ => Given::ByHomeserver,
    }
}

#[cfg(test)]
mod tests {
    use hsmod_plugin_api::requests::REQUESTS;

    use super::*;

    #[test]
    fn the_groups_that_the_loader_could_answer() {
        let settings = Settings::default();
        let could = |group: &&str| given(group, &settings) != Given::ByHomeserver;
        let groups = REQUESTS.iter().filter_map(|rows| Some(rows.first()?.group));
        let own: Vec<&str> = groups.filter(could).collect();
        assert_eq!(own, ["time", "storage", "http", "templates", "mail"]);
    }
}
