"""A small reproduction that all tests of the reports share."""

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from moo_jsc.data import Dataset
from moo_jsc.data.jets import FEATURES, load_jets
from moo_jsc.data.jets.columns import CLASS_COLUMN
from moo_jsc.foundation.threads import one_thread
from studies.lab_reports.catalog import all_reports, reports_of
from studies.lab_reports.claims import Claim
from studies.lab_reports.workshop import Setting, Workshop
from studies.reproduce_reports import measure

SMALL = Setting(seeds=4, budget=20, training_seeds=2)


def every_claim() -> tuple[Claim, ...]:
    return tuple(claim for report in all_reports().values() for claim in report.claims)


def thinned(jets: Dataset, train: int, validation: int) -> Dataset:
    """Return the first jets of two splits."""

    def part(split, count):
        return replace(split, features=split.features[:count], labels=split.labels[:count])

    return replace(
        jets,
        train=part(jets.train, train),
        validation=part(jets.validation, validation),
        fingerprint=f"{jets.fingerprint}-{train}-{validation}",
    )


@pytest.fixture(scope="session", autouse=True)
def one_thread_only():
    with one_thread():
        yield


@pytest.fixture(scope="session")
def jets() -> Dataset:
    return thinned(load_jets("sample"), 3000, 1500)


@pytest.fixture(scope="session")
def few(tmp_path_factory) -> Path:
    """Write a file of few jets."""
    sample = load_jets("sample").train
    path = tmp_path_factory.mktemp("jets") / "few.npz"
    rows = slice(0, 900)
    columns = dict(zip(FEATURES, sample.features[rows].T, strict=True))
    np.savez(path, **columns, **{CLASS_COLUMN: sample.labels[rows]})
    return path


@pytest.fixture(scope="session")
def shop(jets, few, tmp_path_factory) -> Workshop:
    folder = tmp_path_factory.mktemp("reports")
    setting = replace(SMALL, jets=str(few))
    return Workshop(setting, folder, workers=1, jets=jets, cache=folder / "cache")


@pytest.fixture(scope="session")
def measured(shop):
    """Every measurement, on few jets, with few seeds."""
    return measure(reports_of(None), shop, progress=False)


@pytest.fixture
def data(measured):
    """A copy of the measurements that a test may change."""
    return copy.deepcopy(measured)
