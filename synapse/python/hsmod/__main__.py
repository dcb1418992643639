"""`python -m hsmod`: what an operator does with native modules beside running Synapse."""

import sys

from hsmod.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
