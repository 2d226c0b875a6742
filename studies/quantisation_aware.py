"""The former name of quantization_aware.py."""

import sys

from studies.common.command import main

if __name__ == "__main__":
    main(["fine-tuning", *sys.argv[1:]])
