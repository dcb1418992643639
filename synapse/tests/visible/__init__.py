"""The rows of `tests/data/client-visible`: what a client sees of a module's answer."""
