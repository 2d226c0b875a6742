"""Making a benchmark table: every value of a problem's space, on every split, into one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.data.jets import load_jets
from moo_jsc.enumeration.benchmark_file import (
    Card,
    ChoiceEntry,
    Numbers,
    Scores,
    read_card,
    read_numbers,
    write_benchmark,
)
from moo_jsc.enumeration.enumerate import enumerate_problem
from moo_jsc.enumeration.fine_tuned import SPLITS, enumerate_fine_tuned
from moo_jsc.foundation.code import DECISIVE_PACKAGES, package_versions
from moo_jsc.objectives.bounds import UNBOUNDED, Bounds
from moo_jsc.objectives.circuit import CircuitObjective
from moo_jsc.objectives.latency_protocol import machine_description
from moo_jsc.objectives.objective import OBJECTIVES
from moo_jsc.problems.catalog import build_network_problem

LATENCY_BATCH = 1024
CHUNK = 8192
"""Designs whose costs are computed together."""


@dataclass(frozen=True)
class Effort:
    """How the values are computed; they do not depend on it.

    Attributes
    ----------
    workers, scheduler
        See `moo_jsc.enumeration.workers.Workers`.
    device
        Where predictions are computed.
    """

    workers: int = 1
    scheduler: str | None = None
    device: str = "cpu"


def make_benchmark(
    name: str,
    folder: Path,
    *,
    seeds: Sequence[int] = (),
    screen: Bounds = UNBOUNDED,
    skip_outside: Bounds = UNBOUNDED,
    jets: str = "sample",
    circuits: bool = True,
    keep_latency: bool = False,
    command: str = "",
    made: str = "",
    effort: Effort = Effort(),
) -> Card:
    """Compute a benchmark table and write it.

    Parameters
    ----------
    name
        Of the problem.
    folder
        Where ``<name>.json`` and ``<name>.npz`` go.
    seeds
        Of the trainings of every design; none where rounding is enough.
    screen
        Designs whose first training lies outside are not trained again.
    skip_outside
        Designs that those just above them exclude are not trained at all; see
        `enumerate_fine_tuned`.
    jets
        What `moo_jsc.data.jets.load_jets` takes. On other jets than the sample the networks are
        trained, too.
    circuits
        Whether costs of the circuit are among the columns; they take a tracer where no traces
        ship.
    keep_latency
        Take latencies from the table of this name in `folder`, instead of measuring them.
    command, made
        For the card: how and on which day.
    effort
        Workers and device.

    Raises
    ------
    InputError
        A setting is wrong, the table whose latencies are to be kept is not there, or the files
        cannot be written.
    """
    known = tuple(
        o.name
        for o in OBJECTIVES.values()
        if o.known and (circuits or not isinstance(o, CircuitObjective))
    )
    latency = f"milliseconds of a batch of {LATENCY_BATCH} samples; {machine_description()}"
    kept: dict[str, NDArray[np.float64]] = {}
    if keep_latency:
        before = read_card(folder, name)
        kept["latency"] = read_numbers(folder, before).costs[:, before.costs.index("latency")]
        latency = before.latency
    objectives = ("accuracy", "loss", *(cost for cost in known if cost not in kept))
    made_of: dict[str, Any] = {
        "jets": load_jets(jets),
        "train_networks": jets != "sample",
        "device": effort.device,
    }
    problem = build_network_problem(
        name,
        objectives=objectives,
        training="ptq",
        latency_batch=LATENCY_BATCH,
        **made_of,
    ).within(UNBOUNDED)
    trained = build_network_problem(
        name, objectives=("accuracy", "loss"), training="qat", **made_of
    ).within(UNBOUNDED)
    scored = problem.predicting()
    size = problem.space.size
    costs = np.concatenate(
        [
            problem.known_values(problem.space.configurations(np.arange(start, end)))[:, 2:]
            for start in range(0, size, CHUNK)
            for end in (min(start + CHUNK, size),)
        ]
    )
    for cost, column in kept.items():
        costs = np.insert(costs, known.index(cost), column, axis=1)
    tables = [
        enumerate_problem(scored.on(split), workers=effort.workers, scheduler=effort.scheduler)
        for split in SPLITS
    ]
    rounded = np.stack([table.values for table in tables], axis=1)
    scores: Scores | None = None
    if seeds:
        scores = enumerate_fine_tuned(
            trained,
            seeds,
            SPLITS,
            screen=screen,
            skip_outside=skip_outside,
            workers=effort.workers,
            scheduler=effort.scheduler,
        ).scores
    card = Card(
        name=name,
        choices=tuple(
            ChoiceEntry(c.name, c.values, c.rises, c.falls, c.unit) for c in problem.space.choices
        ),
        costs=known,
        splits=SPLITS,
        samples=tuple(len(problem.data.part(split)) for split in SPLITS),
        seeds=tuple(seeds),
        recipe=repr(trained.scoring.fine_tuning) if seeds else "",
        screen=f"{screen}; none: {skip_outside}" if skip_outside else str(screen),
        trained_on=machine_description() if seeds else "",
        latency=latency,
        fingerprints={"ptq": problem.fingerprint, "qat": trained.fingerprint},
        command=command,
        versions=package_versions(("moo-jsc", *DECISIVE_PACKAGES)),
        made=made,
        sha256="",
    )
    return write_benchmark(folder, card, Numbers(rounded=rounded, fine_tuned=scores, costs=costs))
