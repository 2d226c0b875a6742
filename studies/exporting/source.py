"""A finished study's folder: which problem it was about, and which designs are in it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from moo_jsc.foundation.errors import InputError
from studies.common.running import CONFIG_FILE

if TYPE_CHECKING:
    from moo_jsc.enumeration.benchmark import Benchmark
    from moo_jsc.problems.network_problem import NetworkProblem

Kind = Literal["comparison", "front"]
MARKS: dict[Kind, str] = {"comparison": "study.json", "front": "front.csv"}
"""The file by which a folder is known."""


class ProblemSettings(msgspec.Struct, frozen=True):
    """Settings of a study that say which problem it was about, named as its flags."""

    problem: str | None = None
    network: str | None = None
    objectives: tuple[str, ...] = ()
    jets: str = "sample"
    final_relu: bool = False
    training: Literal["ptq", "qat"] | None = None
    split: Literal["train", "validation", "test"] = "validation"
    at_least: tuple[str, ...] = ()
    at_most: tuple[str, ...] = ()
    scales: tuple[str, ...] = ()
    evaluate: bool = False
    mase_config: str | None = None


@dataclass(frozen=True)
class Finished:
    """The folder of a finished study.

    Attributes
    ----------
    folder
        Where it is.
    kind
        A comparison of samplers, with trials, or an enumeration, with a front.
    settings
        Of the study; they name no problem where it was run without the command line.
    """

    folder: Path
    kind: Kind
    settings: ProblemSettings


def read_finished(folder: Path) -> Finished:
    """Find out what a folder holds.

    Raises
    ------
    InputError
        It is none of a finished study, or its settings cannot be read.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder, expected one of a finished study")
    for kind, mark in MARKS.items():
        if (folder / mark).is_file():
            return Finished(folder, kind, _settings(folder / CONFIG_FILE))
    raise InputError(
        f"{folder}: expected the folder of a comparison ({MARKS['comparison']} in it) or of an "
        f"enumeration ({MARKS['front']} in it)"
    )


def _settings(path: Path) -> ProblemSettings:
    if not path.is_file():
        return ProblemSettings()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(table, ProblemSettings)
    except (
        *(OSError, UnicodeDecodeError, tomllib.TOMLDecodeError),
        msgspec.ValidationError,
    ) as error:
        raise InputError(f"{path}: not the settings of a study ({error})") from None


def problem_of(settings: ProblemSettings, *, device: str = "cpu") -> Benchmark | NetworkProblem:
    """Return the problem that a study's settings name, as the study saw it but for noise.

    Raises
    ------
    InputError
        The settings name no problem that can be built.
    """
    from moo_jsc.enumeration.benchmark import Benchmark
    from moo_jsc.objectives import Bounds
    from moo_jsc.objectives.scales import parse_scales
    from moo_jsc.problems.network_problem import NetworkProblem
    from studies.common.problems import problem_named

    found = problem_named(
        _name(settings),
        objectives=settings.objectives or None,
        training=settings.training,
        split=settings.split,
        bounds=Bounds.parsed(settings.at_least, settings.at_most),
        scales=parse_scales(settings.scales),
        evaluate=settings.evaluate,
        network=settings.network,
        final_relu=settings.final_relu,
        jets=settings.jets,
        device=device,
    )
    if not isinstance(found, Benchmark | NetworkProblem):
        raise InputError(f"problem {found.name!r}: it has no networks to export")
    return found


def costs_of(settings: ProblemSettings, objectives: Sequence[str]) -> NetworkProblem:
    """Return the same designs with other objectives, all known, and without bounds.

    Raises
    ------
    InputError
        The settings name no problem that can be built.
    """
    from moo_jsc.problems.catalog import build_network_problem

    return build_network_problem(
        _name(settings),
        network=settings.network,
        objectives=objectives,
        jets=settings.jets,
        final_relu=settings.final_relu,
        training="ptq",
    )


def _name(settings: ProblemSettings) -> str:
    if settings.problem is None or settings.mase_config:
        raise InputError(
            "the study's settings name no problem of its own, expected --problem (and --network)"
        )
    return settings.problem
