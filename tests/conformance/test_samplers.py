"""Every registered sampler keeps the contract; a sampler of your own is tested once registered."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from moo_jsc.samplers import SAMPLERS, get_samplers
from moo_jsc.testing.samplers import SamplerContract, proposed

WRAPPED = get_samplers(
    ["without-repeats(optuna-tpe)", "without-repeats(pymoo-nsga2)", "known-costs(optuna-nsga2)"]
)
UNDER_TEST = [*SAMPLERS.values(), *WRAPPED]


@pytest.fixture(params=UNDER_TEST, ids=lambda sampler: sampler.name)
def sampler(request):
    return request.param


class TestSamplers(SamplerContract):
    seedless = frozenset({"exhaustive"})
    without_repeats = frozenset(
        {
            "exhaustive",
            "exhaustive-random",
            "optuna-brute-force",
            "cheapest-architecture",
            "uniform-widths",
            "one-factor",
            "grey-box",
            "grey-box-plain",
            "optuna-tpe-without-repeats",
            "pymoo-nsga2-without-repeats",
        }
    )
    budgets = {"optuna-gp": 11}  # noqa: RUF012
    """One trial beyond the random ones, for the sampler that takes a second for each."""


CONTRACT = TestSamplers()


def test_settings_identify_the_sampler():
    assert len({sampler.settings for sampler in UNDER_TEST}) == len(UNDER_TEST)
    for sampler in UNDER_TEST:
        assert sampler in WRAPPED or SAMPLERS[sampler.name] is sampler


def all_trials():
    """Return the trials of every sampler, as JSON."""
    found = {sampler.name: proposed(CONTRACT.run(sampler, budget=11)) for sampler in UNDER_TEST}
    return msgspec.json.encode(found).decode()


def test_same_seed_same_trials_in_another_process():
    path = Path(__file__).resolve()
    script = (
        "import importlib.util\n"
        f"spec = importlib.util.spec_from_file_location('contract', {str(path)!r})\n"
        "module = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(module)\n"
        "print(module.all_trials())\n"
    )
    fresh = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert fresh.stdout.strip() == all_trials()
