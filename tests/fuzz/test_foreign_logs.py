"""Logs of other tools, damaged: they are read, or refused in one line that names the file."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from analysis import Trials
from analysis.foundation.errors import InputError
from analysis.foundation.objectives import Objective
from analysis.trials.loaders import from_coco, from_ioh_profiler

LOGS = Path(__file__).parents[1] / "analysis" / "trials" / "loaders" / "logs"
DAMAGES = 10 * int(os.environ.get("FUZZ_CASES", "8"))
INFORMATION = "IOHprofiler_f1_Sphere.json"
ONE, TWO = [Objective(name="f")], [Objective(name="f1"), Objective(name="f2")]
KINDS = {
    INFORMATION: from_ioh_profiler,
    "data_f1_Sphere/IOHprofiler_f1_DIM2.dat": lambda path: from_ioh_profiler(
        path.parents[1] / INFORMATION
    ),
    "bbobexp_f1_DIM2.dat": lambda path: from_coco(path, ONE, sampler="x"),
    "bbobexp_f1_DIM2.tdat": lambda path: from_coco(path, ONE, sampler="x"),
    "bbob-biobj_f01_i01_d02_nondom_all.adat": lambda path: from_coco(path, TWO, sampler="x"),
}
WORDS = (b"nan", b"inf", b"-1", b"1e308", b'"', b"'", b"null", b"{}", b"%", b"|", b"\xec", b"\n")


def damaged(whole, rng):
    data, place = bytearray(whole), int(rng.integers(len(whole)))
    kind = int(rng.integers(4))
    if kind == 0:
        data[place] ^= 1 << int(rng.integers(8))
    elif kind == 1:
        del data[place : place + int(rng.integers(1, 40))]
    elif kind == 2:
        del data[place:]
    else:
        word = WORDS[int(rng.integers(len(WORDS)))]
        end = place + int(rng.integers(0, 12))
        data[place:end] = word
    return bytes(data)


@pytest.mark.parametrize("name", KINDS)
def test_a_damaged_log_is_read_or_refused_in_one_line(tmp_path, name):
    shutil.copytree(LOGS, tmp_path / "logs")
    path, rng = tmp_path / "logs" / name, np.random.default_rng(len(name))
    whole = path.read_bytes()
    for _ in range(DAMAGES):
        path.write_bytes(data := damaged(whole, rng))
        try:
            assert isinstance(KINDS[name](path), Trials)
        except InputError as error:
            assert "\n" not in str(error), data
            assert str(path.parent) in str(error) or name in str(error), data
        except Exception as error:
            raise AssertionError(f"{data!r}") from error
