//! How the plugin `scripted` reports to `conform` a value that Synapse passes on although its own
//! types forbid it. No typed callback can return such a value: the plugin fails with this message
//! instead, and `conform` answers `{"untyped": true}`.

/// The message of the failure. Messages of scripted exceptions begin with a class name, so none can
/// equal it.
pub(crate) const UNTYPED: &str = "no typed callback can return this value";
