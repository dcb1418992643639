"""The recorded scenarios of `tests/data/conformance`, played in Synapse's own classes."""
