"""`python -m hsmod`: the operator's commands for native modules."""

import sys

from hsmod.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
