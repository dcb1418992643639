"""Native modules for Synapse."""
