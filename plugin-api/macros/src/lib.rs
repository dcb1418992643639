//! The `#[callbacks]` attribute of hsmod-plugin-api.
