"""`python -m hsmod try`: a throwaway Synapse with native modules, to be looked at."""

from hsmod.trial.command import main

__all__ = ["main"]
