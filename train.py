"""Train a bundle: the same as ``zhenping train`` (see ``python train.py --help``)."""

import sys

from detector.cli import main

if __name__ == "__main__":
    main(["train", *sys.argv[1:]])
