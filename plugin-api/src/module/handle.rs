//! Resources that a module has begun in its homeserver and identifies by a number.

use super::ModuleApi;

/// A number that the homeserver has assigned to something; released when this is dropped.
#[derive(Debug)]
pub(super) struct Handle {
    pub(super) api: ModuleApi,
    /// The group of requests that assigned the number.
    group: &'static str,
    pub(super) number: i64,
}

impl Handle {
    pub(super) fn new(api: &ModuleApi, group: &'static str, number: i64) -> Self {
        Self { api: api.clone(), group, number }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.api.give_up(self.group, self.number);
    }
}
