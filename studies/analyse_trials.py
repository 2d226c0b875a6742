"""The former name of analyze_trials.py."""

import sys

from studies.common.command import main

if __name__ == "__main__":
    main(["trials", *sys.argv[1:]])
