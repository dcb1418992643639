"""Runs the recorded scenarios of `tests/data/conformance` in Synapse's own classes."""
