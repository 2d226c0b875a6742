import json
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from moo_jsc.data import DataError, Dataset
from moo_jsc.data.jets import CLASSES, FEATURES, load_jets
from moo_jsc.data.jets.detector import EFFECTIVE
from moo_jsc.data.jets.landmarks import LANDMARKS, Landmark
from moo_jsc.data.jets.reference import FeatureReference, kolmogorov_distance, openml_reference
from moo_jsc.data.jets.sample import (
    PROVENANCE_PATH,
    SAMPLE_PATH,
    SAMPLE_TITLE,
    part_path,
    read_part,
    read_provenance,
    read_sample,
    write_part,
    write_sample,
)
from moo_jsc.foundation.files import sha256_of, sha256_of_file

#: Largest Kolmogorov distance from OpenML 42468 that a feature of the sample may have.
LARGEST_DISTANCE = 0.035


@pytest.fixture(scope="module")
def jets() -> Dataset:
    return load_jets()


@pytest.fixture
def copied_sample(tmp_path: Path) -> Path:
    shutil.copy(PROVENANCE_PATH, tmp_path)
    return Path(shutil.copy(SAMPLE_PATH, tmp_path))


def test_sample_is_as_described(jets: Dataset) -> None:
    assert jets.name == SAMPLE_TITLE == "JSC-like, Pythia"
    assert [len(part) for part in (jets.train, jets.validation, jets.test)] == [
        60_000,
        20_000,
        20_000,
    ]
    assert np.bincount(jets.test.labels).tolist() == [4000] * len(CLASSES)
    assert SAMPLE_PATH.stat().st_size < 6_000_000


def test_split_of_the_sample_is_pinned(jets: Dataset) -> None:
    assert jets.fingerprint == ("798aa7c5714441011adf05fb8d59c105dcf92c2b7a186fe461844ea9da25f071")


def test_provenance_matches_the_file() -> None:
    record = read_provenance()
    assert record["file"] == SAMPLE_PATH.name
    assert record["sha256"] == sha256_of_file(SAMPLE_PATH)
    with np.load(SAMPLE_PATH, allow_pickle=False) as archive:
        assert archive.files == [*FEATURES, "class"]
        assert all(archive[name].dtype == np.float32 for name in FEATURES)
        content = sha256_of(*(archive[name].tobytes() for name in archive.files))
    assert record["content_sha256"] == content
    assert list(record["seeds"]) == list(CLASSES)
    assert record["detector"] == asdict(EFFECTIVE)
    assert record["versions"]["pythia"]
    assert record["command"].startswith("python studies/generate_jets.py ")


@pytest.mark.parametrize("feature", FEATURES)
def test_sample_matches_openml(feature: str) -> None:
    values = read_sample().features[:, FEATURES.index(feature)]
    reference = openml_reference()[feature]
    assert kolmogorov_distance(values, reference) <= LARGEST_DISTANCE
    assert values.mean() == pytest.approx(reference.mean, abs=0.1 * reference.std)
    assert values.std() == pytest.approx(reference.std, rel=0.15)


@pytest.mark.parametrize(
    ("landmark", "tolerance"), zip(LANDMARKS, (0.03, 0.03, 0.05), strict=True), ids=["w", "z", "q"]
)
def test_shares_within_classes(landmark: Landmark, tolerance: float) -> None:
    assert landmark.share_of(read_sample()) == pytest.approx(landmark.openml, abs=tolerance)


def test_four_columns_follow_from_the_others() -> None:
    raw = read_sample().features
    column = {name: raw[:, place] for place, name in enumerate(FEATURES)}
    for beta in ("b1", "b2"):
        product = column[f"d2_{beta}_mmdt"] * column[f"c1_{beta}_mmdt"]
        assert column[f"c2_{beta}_mmdt"] == pytest.approx(product, rel=1e-5)
    assert (column["d2_a1_b1_mmdt"] == column["d2_b1_mmdt"]).all()
    wide = column["c1_b2_mmdt"] > 0
    ratio = column["c1_b1_mmdt"][wide] ** 3 / column["c1_b2_mmdt"][wide] ** 1.5
    assert column["d2_a1_b2_mmdt"][wide] == pytest.approx(
        column["d2_b1_mmdt"][wide] * ratio, rel=1e-5
    )


def test_kolmogorov_distance_of_a_shifted_sample() -> None:
    probabilities = np.linspace(0.05, 0.95, 19)
    reference = FeatureReference(0.5, 0.29, probabilities, probabilities)
    uniform = (np.arange(10_000) + 0.5) / 10_000
    assert kolmogorov_distance(uniform, reference) < 1e-3
    assert kolmogorov_distance(uniform + 0.1, reference) == pytest.approx(0.1, abs=1e-3)
    assert kolmogorov_distance(uniform + 5.0, reference) == pytest.approx(0.95)


def test_damaged_sample(copied_sample: Path) -> None:
    content = bytearray(copied_sample.read_bytes())
    content[len(content) // 2] ^= 1
    copied_sample.write_bytes(content)
    with pytest.raises(DataError, match=r"the jet sample is damaged: sha256 [0-9a-f]{16}\.\.\."):
        read_sample(copied_sample)
    copied_sample.unlink()
    with pytest.raises(DataError, match="the jet sample is missing"):
        read_sample(copied_sample)


def test_damaged_provenance(copied_sample: Path) -> None:
    record = copied_sample.with_name(PROVENANCE_PATH.name)
    for text in ("{", "[]", json.dumps({"sha256": 3})):
        record.write_text(text)
        with pytest.raises(DataError, match=r"provenance\.json"):
            read_sample(copied_sample)
    record.unlink()
    with pytest.raises(DataError, match=r"provenance\.json: missing or unreadable"):
        read_sample(copied_sample)


def test_parts_make_a_sample(tmp_path: Path) -> None:
    from moo_jsc.data.jets.generation import GeneratedJets

    generator = np.random.default_rng(0)
    parts = []
    for code, label in enumerate(CLASSES):
        features = generator.normal(size=(6, 16)).astype(np.float32)
        path = part_path(tmp_path / "parts", label, 6, 10 + code)
        write_part(path, GeneratedJets(label, 10 + code, features, 9, "8.3"))
        parts.append(read_part(path))
    write_sample(tmp_path / "made.npz", parts)
    raw = read_sample(tmp_path / "made.npz")
    assert raw.labels.tolist() == np.repeat(np.arange(5), 6).tolist()
    assert (raw.features == np.concatenate([part.features for part in parts])).all()
    record = read_provenance(tmp_path / PROVENANCE_PATH.name)
    assert record["seeds"] == {"g": 10, "q": 11, "t": 12, "w": 13, "z": 14}
    assert record["events"]["z"] == 9
    assert record["command"] == "python studies/generate_jets.py --jets 6 --seed 10"
    write_sample(tmp_path / "again.npz", parts)
    assert sha256_of_file(tmp_path / "again.npz") == record["sha256"]


def test_importing_jets_loads_nothing_heavy() -> None:
    heavy = ("torch", "sklearn", "pandas", "pythia8mc", "fastjet", "h5py", "matplotlib")
    code = (
        f"import sys, moo_jsc.data.jets; print([name for name in {heavy} if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"
