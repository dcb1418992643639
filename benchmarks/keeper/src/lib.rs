//! Runs as many transactions as it is asked to, one after the other.
#![forbid(unsafe_code)]

use hsmod_plugin_api::prelude::*;

/// The module's `config`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    migration: String,
}

/// The module.
pub struct BenchKeeper {
    config: Config,
    api: ModuleApi,
}

impl Module for BenchKeeper {
    type Config = Config;

    fn new(config: Config, api: &ModuleApi) -> Result<Arc<Self>, ModuleError> {
        let module = Arc::new(Self { config, api: api.clone() });
        api.register_web_resource("/_synapse/client/bench_keeper", Arc::clone(&module));
        Ok(module)
    }

    async fn start(&self) -> Result<(), ModuleError> {
        self.api.migrate_db(&[(1, &self.config.migration)]).await
    }
}

/// What to do.
#[derive(Deserialize)]
struct Task {
    sql: String,
    times: u32,
    rows: u32,
    writes: bool,
    /// Whether each takes one request instead of three.
    alone: bool,
}

impl BenchKeeper {
    async fn transaction(&self, task: &Task, number: u32) -> Result<(), ModuleError> {
        let mut transaction = self.api.run_db_interaction("bench").await?;
        if task.writes {
            transaction.execute(&task.sql, params![number]).await?;
        } else {
            let rows = transaction.query(&task.sql, params![number % task.rows]).await?;
            let _count: i64 = rows[0].get(0)?;
        }
        transaction.commit().await
    }

    async fn alone(&self, task: &Task, number: u32) -> Result<(), ModuleError> {
        if task.writes {
            self.api.db_execute(&task.sql, params![number]).await?;
        } else {
            let rows = self.api.db_query(&task.sql, params![number % task.rows]).await?;
            let _count: i64 = rows[0].get(0)?;
        }
        Ok(())
    }
}

impl WebResource for BenchKeeper {
    async fn post(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        let task: Task = request.json()?;
        for number in 0..task.times {
            if task.alone {
                self.alone(&task, number).await?;
            } else {
                self.transaction(&task, number).await?;
            }
        }
        Ok(WebResponse::json(200, &serde_json::json!({"done": task.times})))
    }
}

export_module!(BenchKeeper);
