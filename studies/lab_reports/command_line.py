"""A search that is run from the command line, as a report's author would."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from moo_jsc.foundation.errors import InputError
from studies.lab_reports.claims import Arrays

if TYPE_CHECKING:
    from studies.lab_reports.workshop import Workshop

SEARCH_FILE = "lab4_search.toml"
FOLDER = "lab4_search"


def searched(shop: Workshop) -> Arrays:
    """Run ``compare_samplers --mase-config lab4_search.toml`` in a process of its own.

    Returns
    -------
    Arrays
        ``exit code`` (1,), ``configurations`` (1,), how many different ones the file's sampler
        evaluated, and ``best`` (2,), the channels of the most accurate one as indices.

    Raises
    ------
    InputError
        The search ended with an error.
    """
    import pandas as pd

    file = resources.files("studies.lab_reports") / "data" / SEARCH_FILE
    out = shop.folder / FOLDER
    with resources.as_file(file) as path:
        command = [sys.executable, "-m", "studies.compare_samplers", "--mase-config", str(path)]
        settings = ["--seeds", "2", "--workers", "1", "--jets", shop.setting.jets]
        folders = ["--out", str(out), "--cache", str(shop.store.root)]
        done = subprocess.run(
            [*command, *settings, *folders],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
    if done.returncode:
        raise InputError(f"{SEARCH_FILE}: {done.stderr.strip().splitlines()[-1]}")
    trials = pd.read_csv(out / "trials.csv")
    own = trials[(trials["sampler"] == "optuna-brute-force") & (trials["seed"] == 0)]
    best = own.loc[own["accuracy"].idxmax(), "configuration"]
    return {
        "exit code": np.array([float(done.returncode)]),
        "configurations": np.array([float(own["configuration"].nunique())]),
        "best": np.array([float(best)]),
    }
