"""The shipped sample as files: the parts it is built from, the sample itself, its provenance."""

import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from moo_jsc.data.errors import DataError
from moo_jsc.data.jets import generation
from moo_jsc.data.jets.columns import CLASS_COLUMN, CLASSES, FEATURES, jet_table
from moo_jsc.data.jets.detector import EFFECTIVE
from moo_jsc.data.jets.generation import GeneratedJets
from moo_jsc.data.jets.grooming import Z_CUT
from moo_jsc.data.jets.sources import read_file
from moo_jsc.data.table import LabeledTable
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import atomic_path, sha256_of, sha256_of_file, write_text

#: The sample that is shipped inside the package.
SAMPLE_PATH = Path(__file__).parent / "data" / "jsc_like_pythia.npz"

#: What the sample is called wherever it appears.
SAMPLE_TITLE = "JSC-like, Pythia"

#: How it was made.
PROVENANCE_PATH = SAMPLE_PATH.with_name("provenance.json")


def read_sample(path: Path = SAMPLE_PATH) -> LabeledTable:
    """Read the sample and verify it against the hash in its provenance file.

    Parameters
    ----------
    path
        The sample; ``provenance.json`` lies beside it.

    Returns
    -------
    LabeledTable

    Raises
    ------
    DataError
        A file is missing or unreadable, or the sample's sha256 is not the recorded one.

    Examples
    --------
    >>> raw = read_sample()
    >>> raw.features.shape, np.bincount(raw.labels).tolist()
    ((100000, 16), [20000, 20000, 20000, 20000, 20000])
    """
    recorded = read_provenance(path.with_name(PROVENANCE_PATH.name)).get("sha256")
    if not path.is_file():
        raise DataError(f"{path}: the jet sample is missing; expected it with the package")
    found = sha256_of_file(path)
    if found != recorded:
        raise DataError(
            f"{path}: the jet sample is damaged: sha256 {found[:16]}..., expected "
            f"{str(recorded)[:16]}... of {PROVENANCE_PATH.name}"
        )
    raw = read_file(path)
    return jet_table(SAMPLE_TITLE, raw.features, raw.labels)


def read_provenance(path: Path = PROVENANCE_PATH) -> dict[str, Any]:
    """Read how the sample was made: versions, seeds, settings, counts, hash.

    Examples
    --------
    >>> read_provenance()["jets_per_class"]
    20000
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        record = None
    if not isinstance(record, dict):
        raise DataError(f"{path}: missing or unreadable; expected the sample's provenance")
    return record


def part_path(folder: Path, label: str, count: int, seed: int) -> Path:
    """Name of a class's part file; it changes with the count, the seed and the settings.

    Examples
    --------
    >>> part_path(Path("parts"), "g", 10, 1) == part_path(Path("parts"), "g", 10, 2)
    False
    """
    settings = (*generation.settings_of(label), repr(EFFECTIVE))
    digest = sha256_of(label, str(count), str(seed), *settings)[:12]
    return folder / f"{label}-{digest}.npz"


def write_part(path: Path, generated: GeneratedJets) -> None:
    """Write one class, whole or not at all."""
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        np.savez(
            stream,
            features=generated.features,
            label=np.str_(generated.label),
            seed=np.int64(generated.seed),
            events=np.int64(generated.events),
            pythia_version=np.str_(generated.pythia_version),
        )


def read_part(path: Path) -> GeneratedJets:
    """Read what `write_part` wrote.

    Raises
    ------
    InputError
        The file is not one of its part files.
    """
    try:
        with np.load(path, allow_pickle=False) as part:
            return GeneratedJets(
                label=str(part["label"]),
                seed=int(part["seed"]),
                features=part["features"],
                events=int(part["events"]),
                pythia_version=str(part["pythia_version"]),
            )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        raise InputError(
            f"{path}: not a part file; delete it to generate the class again"
        ) from None


def write_sample(path: Path, parts: Sequence[GeneratedJets]) -> None:
    """Write the sample and, beside it, its provenance.

    Parameters
    ----------
    path
        The ``.npz`` to write: one float32 array for each feature and the uint8 label codes as
        ``class``, the classes one after the other.
    parts
        One for each class, in the order of `CLASSES`, of equal counts.

    Raises
    ------
    InputError
        The folder cannot be written to.
    """
    columns = {
        feature: np.concatenate([part.features[:, place] for part in parts])
        for place, feature in enumerate(FEATURES)
    }
    columns[CLASS_COLUMN] = np.repeat(
        np.array([CLASSES.index(part.label) for part in parts], dtype=np.uint8),
        [len(part.features) for part in parts],
    )
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **columns)
    record = _provenance(path, parts, columns)
    write_text(path.with_name(PROVENANCE_PATH.name), json.dumps(record, indent=1) + "\n")


def _provenance(
    path: Path, parts: Sequence[GeneratedJets], columns: dict[str, np.ndarray]
) -> dict[str, Any]:
    jets = len(parts[0].features)
    return {
        "name": SAMPLE_TITLE,
        "file": path.name,
        "sha256": sha256_of_file(path),
        "content_sha256": sha256_of(*(columns[name].tobytes() for name in columns)),
        "command": f"python studies/generate_jets.py --jets {jets} --seed {parts[0].seed}",
        "jets_per_class": jets,
        "seeds": {part.label: part.seed for part in parts},
        "events": {part.label: part.events for part in parts},
        "versions": {"pythia": parts[0].pythia_version, "numpy": np.__version__},
        "jets": {
            "clustering": "anti-kT, FastJet core inside Pythia",
            "radius": generation.JET_RADIUS,
            "transverse_momentum_gev": list(generation.JET_PT_RANGE),
            "particles_max_abs_eta": generation.MAX_ABS_ETA,
            "matching_distance": generation.MATCHING_DISTANCE,
            "grooming": f"mMDT (soft drop, beta = 0, z_cut = {Z_CUT}), Cambridge/Aachen",
        },
        "detector": asdict(EFFECTIVE),
        "common_settings": [*generation.COMMON_SETTINGS, *generation.ON_SHELL],
        "class_settings": {label: list(generation.CLASS_SETTINGS[label]) for label in CLASSES},
    }
