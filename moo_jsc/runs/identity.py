"""What all runs of one comparison share, and the file that says so in its folder."""

from __future__ import annotations

from pathlib import Path

import msgspec

from moo_jsc.foundation.code import package_versions
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import atomic_path, sha256_of
from moo_jsc.problems.problem import Problem
from moo_jsc.runs.log import Header, ObjectiveEntry
from moo_jsc.runs.plugins import plugin_hashes
from moo_jsc.samplers.sampler import Sampler

DECISIVE_PACKAGES = ("moo-jsc", "numpy", "scipy", "optuna", "pymoo", "torch")
"""Packages whose version can change which trials a sampler makes."""

_FILE = "study.json"


class StudyIdentity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Problem, objectives, budget, versions and plugins: what makes trials comparable.

    Samplers and seeds are not part of it, so that a folder can be given more of them.
    """

    problem: str
    problem_fingerprint: str
    objectives: tuple[ObjectiveEntry, ...]
    choices: tuple[tuple[str, tuple[object, ...]], ...]
    budget: int
    versions: dict[str, str]
    bounds: str = ""
    plugins: dict[str, str] = {}

    @property
    def hash(self) -> str:
        """SHA-256 over all fields."""
        return sha256_of(msgspec.json.encode(self, order="deterministic"))

    def header(self, sampler: Sampler, seed: int) -> Header:
        """Return the first line of the log of one run."""
        return Header(
            study=self.hash,
            sampler=sampler.name,
            settings=sampler.settings,
            seed=seed,
            budget=self.budget,
            problem=self.problem,
            problem_fingerprint=self.problem_fingerprint,
            objectives=self.objectives,
            versions=self.versions,
        )


def identify(problem: Problem, budget: int) -> StudyIdentity:
    """Return the identity of a comparison on a problem."""
    return StudyIdentity(
        problem=problem.name,
        problem_fingerprint=problem.fingerprint,
        objectives=tuple(ObjectiveEntry(o.name, o.unit, o.sense) for o in problem.objectives),
        choices=tuple((choice.name, choice.values) for choice in problem.space.choices),
        budget=budget,
        versions=package_versions(DECISIVE_PACKAGES),
        bounds=str(problem.bounds),
        plugins=plugin_hashes(),
    )


def claim_folder(folder: Path, identity: StudyIdentity) -> None:
    """Mark a results folder as this study's, or check that it is.

    Raises
    ------
    InputError
        The folder holds another study (the message names what differs), or cannot be written.
    """
    path = folder / _FILE
    if not path.exists():
        with atomic_path(path) as temporary:
            temporary.write_bytes(_encoded(identity))
        return
    found = read_identity(folder)
    if found.hash == identity.hash:
        return
    for field in identity.__struct_fields__:
        old, new = getattr(found, field), getattr(identity, field)
        if msgspec.to_builtins(old) != msgspec.to_builtins(new):
            raise InputError(
                f"{folder}: holds another study ({_difference(field, old, new)}); "
                f"take another folder or delete this one"
            )


def read_identity(folder: Path) -> StudyIdentity:
    """Read what study a results folder belongs to.

    Raises
    ------
    InputError
        There is none, or its file is damaged.
    """
    path = folder / _FILE
    try:
        data = path.read_bytes()
        identity = msgspec.json.decode(data, type=StudyIdentity)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: expected a study's identity ({error})") from None
    if data != _encoded(identity):
        raise InputError(
            f"{path}: changed or damaged, expected a study's identity as it was written"
        )
    return identity


def _encoded(identity: StudyIdentity) -> bytes:
    return msgspec.json.format(msgspec.json.encode(identity)) + b"\n"


def _difference(field: str, old: object, new: object) -> str:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(set(old) | set(new)):
            if old.get(key) != new.get(key):
                return f"{key} {old.get(key)}, not {new.get(key)}"
    if field == "objectives":
        old, new = (", ".join(entry.name for entry in entries) for entries in (old, new))  # type: ignore[attr-defined]
    if field == "choices":
        return "choices of its search space"
    return f"{field} {old}, not {new}"
