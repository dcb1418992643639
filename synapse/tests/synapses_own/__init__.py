"""Synapse's own tests, run with a neutral module that registers every callback."""
