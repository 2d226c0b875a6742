"""What a results folder was made with, so that it can be made again."""

from __future__ import annotations

import datetime
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from moo_jsc.foundation.code import code_hash, package_versions
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import atomic_path
from moo_jsc.problems.problem import Problem
from moo_jsc.runs.identity import identify
from moo_jsc.samplers.sampler import Sampler, told

REPORTED_PACKAGES = (
    "moo-jsc",
    "torch",
    "pymoo",
    "optuna",
    "moocore",
    "numpy",
    "scipy",
    "pandas",
    "scikit-learn",
    "torchmetrics",
    "joblib",
    "matplotlib",
    "seaborn",
)


class Manifest(msgspec.Struct, frozen=True):
    """Setting, software and machine of one comparison.

    Attributes
    ----------
    made
        Time in UTC, ISO 8601.
    command
        As given to the interpreter.
    config
        Every setting, defaults included.
    study
        Hash that the trial logs carry.
    problem, problem_fingerprint, objectives, space_size
        What was searched; objectives with unit and sense.
    bounds
        Which designs count; empty where all do.
    samplers
        Name -> settings.
    told
        Name -> objectives whose values the sampler was told before it started.
    seeds, budget
        Of all runs.
    code
        SHA-256 over the Python files of the packages.
    versions, python, machine
        Packages, interpreter; processor, system and number of cores.
    plugins
        Name -> hash of the files and packages that registered names.
    """

    made: str
    command: list[str]
    config: dict[str, object]
    study: str
    problem: str
    problem_fingerprint: str
    objectives: list[dict[str, str]]
    space_size: int
    bounds: str
    samplers: dict[str, str]
    told: dict[str, tuple[str, ...]]
    seeds: list[int]
    budget: int
    code: str
    versions: dict[str, str]
    python: str
    machine: dict[str, str]
    plugins: dict[str, str] = {}


def write_manifest(
    folder: Path | str,
    problem: Problem,
    samplers: Sequence[Sampler],
    seeds: Sequence[int],
    budget: int,
    *,
    config: Mapping[str, object],
    packages: Sequence[str] = ("moo_jsc",),
) -> Manifest:
    """Write ``manifest.json`` into a results folder and return what it says.

    Parameters
    ----------
    folder
        The results folder.
    problem, samplers, seeds, budget
        As given to `run_comparison`.
    config
        The settings of the study, JSON-like.
    packages
        Import names whose source files are hashed.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    identity = identify(problem, budget)
    manifest = Manifest(
        made=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        command=list(sys.orig_argv),
        config=dict(config),
        study=identity.hash,
        problem=problem.name,
        problem_fingerprint=problem.fingerprint,
        objectives=[msgspec.to_builtins(entry) for entry in identity.objectives],
        space_size=problem.space.size,
        bounds=identity.bounds,
        samplers={sampler.name: sampler.settings for sampler in samplers},
        told={sampler.name: told(sampler, problem.objectives) for sampler in samplers},
        seeds=list(seeds),
        budget=budget,
        code=code_hash(*packages),
        versions=package_versions(REPORTED_PACKAGES),
        python=platform.python_version(),
        machine={
            "system": platform.platform(),
            "processor": platform.machine(),
            "cores": str(os.cpu_count()),
        },
        plugins=identity.plugins,
    )
    with atomic_path(Path(folder) / "manifest.json") as path:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    return manifest


def read_manifest(folder: Path | str) -> Manifest:
    """Read the manifest of a results folder.

    Raises
    ------
    InputError
        There is none, or it is damaged.
    """
    path = Path(folder) / "manifest.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: expected a manifest ({error})") from None
