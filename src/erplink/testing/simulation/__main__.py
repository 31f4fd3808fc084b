"""The simulation on the command line: ``python -m erplink.testing.simulation --seeds 0:500``."""

import sys

from erplink.testing.simulation.command import main

if __name__ == "__main__":
    sys.exit(main())
