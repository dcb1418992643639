"""`python -m hsmod try`: runs a throwaway Synapse with native modules."""

from hsmod.trial.command import main

__all__ = ["main"]
