//! How the plugin `scripted` tells `conform` of a value that Synapse hands through although its own
//! types forbid it. No typed callback can return such a value: the plugin fails with this message
//! instead, and `conform` answers `{"untyped": true}`.

/// The message of the failure. An exception of a script says its class first, so none is equal.
pub(crate) const UNTYPED: &str = "no typed callback can return this value";
