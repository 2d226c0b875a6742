"""Benchmarks: finished tables that ship with the package and answer without torch.

`load_benchmark` gives a problem like any other: samplers run on it, `as_optuna` and `as_pymoo`
hand it to those tools alone, and `frame` is a plain table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np
from numpy.typing import NDArray

from moo_jsc.data import SplitName
from moo_jsc.enumeration.benchmark_file import Card, Numbers, Scores, read_card, read_numbers
from moo_jsc.enumeration.fine_tuned import FineTunedScores
from moo_jsc.enumeration.table import ObjectiveTable
from moo_jsc.enumeration.table_problem import TableProblem
from moo_jsc.evaluation.scoring import Training
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import sha256_of
from moo_jsc.foundation.names import checked_name, unknown_name
from moo_jsc.objectives import get_objectives
from moo_jsc.objectives.bounds import UNBOUNDED, Bounds
from moo_jsc.objectives.noise import NOISELESS, Noise, Scatter
from moo_jsc.objectives.objective import Objective
from moo_jsc.objectives.scales import Scales
from moo_jsc.problems.catalog import bounds_of, recipe_of, scales_of

if TYPE_CHECKING:
    import pandas as pd

SHIPPED = Path(__file__).parent / "tables"

SAME_TABLE = {"codesign-hardware": "codesign"}
"""Problems that ask other objectives of the space of another one."""

PREDICTED = ("accuracy", "loss")
"""Columns of the scores."""


def benchmark_names() -> tuple[str, ...]:
    """Return the problems whose tables are shipped, and those that choose from their columns.

    Examples
    --------
    >>> "codesign" in benchmark_names()
    True
    """
    found = {path.stem for path in SHIPPED.glob("*.json")}
    return tuple(sorted(found | {name for name, table in SAME_TABLE.items() if table in found}))


def load_benchmark(
    name: str,
    *,
    objectives: Sequence[str] | None = None,
    training: Training | None = None,
    split: SplitName = "validation",
    bounds: Bounds = UNBOUNDED,
    scales: Scales | None = None,
    noisy: bool = False,
    folder: Path | str | None = None,
) -> Benchmark:
    """Load a shipped benchmark.

    Parameters
    ----------
    name
        One of `benchmark_names`.
    objectives
        Names; the problem's own by default. Every cost of the table may be asked for.
    training
        ``"qat"`` for fine-tuned networks, ``"ptq"`` for rounded ones; the problem's own by
        default.
    split
        ``"validation"``, which a search should see, or ``"test"``.
    bounds
        Which designs count, beside the problem's own bounds on its objectives, or in the place
        of one on the same side of the same objective.
    scales
        Linear or logarithmic by the objective's name, in the place of the problem's own.
    noisy
        A run sees one training of each design, drawn by the run's seed, as a study of one's own
        would; the table, its front and `evaluate` keep the means (see `Benchmark.for_run`).
    folder
        Where the files are; by default those that ship with the package.

    Raises
    ------
    InputError
        A name is unknown, the table lacks what is asked for, or its files are damaged.

    Examples
    --------
    >>> benchmark = load_benchmark("codesign", objectives=("accuracy", "size"))
    >>> benchmark.space.size
    102400
    >>> values = benchmark.evaluate([[0, 0, 3, 3, 3, 3, 3, 3]])
    >>> values.shape
    (1, 2)
    """
    if folder is None and name not in benchmark_names():
        raise unknown_name("benchmark", name, benchmark_names())
    place = SHIPPED if folder is None else Path(folder)
    card, numbers = _read(place, SAME_TABLE.get(name, name))
    recipe = recipe_of(name)
    chosen = get_objectives(recipe.objectives if objectives is None else objectives)
    for objective in chosen:
        checked_name(f"objective of {name}", objective.name, (*PREDICTED, *card.costs))
    checked_name("split", split, card.splits)
    trained = training or recipe.training
    checked_name("training", trained, get_args(Training))
    if trained == "qat" and numbers.fine_tuned is None:
        raise InputError(f"training = qat: the table of {name} holds rounded networks only (ptq)")
    if noisy and trained != "qat":
        raise InputError("noisy: rounding has no chance in it, expected training = qat")
    return Benchmark(
        name,
        card,
        numbers,
        chosen,
        trained,
        split,
        bounds_of(recipe, chosen, bounds),
        scales_of(recipe, chosen, scales),
        noisy,
    )


def holds(
    name: str,
    objectives: Sequence[str] | None = None,
    training: Training | None = None,
    split: SplitName = "validation",
) -> bool:
    """Say whether a shipped table has what is asked for; see `load_benchmark` for the names.

    Examples
    --------
    >>> holds("codesign", ["accuracy", "lut"]), holds("lab3-types")
    (True, False)
    """
    if name not in benchmark_names():
        return False
    card = read_card(SHIPPED, SAME_TABLE.get(name, name))
    recipe = recipe_of(name)
    wanted = recipe.objectives if objectives is None else objectives
    trained = training or recipe.training
    return (
        set(wanted) <= {*PREDICTED, *card.costs}
        and split in card.splits
        and (trained == "ptq" or bool(card.seeds))
    )


@lru_cache(maxsize=4)
def _read(folder: Path, name: str) -> tuple[Card, Numbers]:
    card = read_card(folder, name)
    return card, read_numbers(folder, card)


class Benchmark(TableProblem):
    """A shipped table as a problem. Made by `load_benchmark`.

    Attributes
    ----------
    card
        What the table holds and where it comes from.
    training, split
        Which scores are the values: the mean over a design's trainings, on that split.
    noisy
        Whether a run sees one training of each design only. Then `noise` is how trainings of the
        designs that count scatter, root mean square over them.
    """

    def __init__(
        self,
        name: str,
        card: Card,
        numbers: Numbers,
        objectives: tuple[Objective, ...],
        training: Training,
        split: SplitName,
        bounds: Bounds,
        scales: Scales,
        noisy: bool = False,
    ) -> None:
        self.card = card
        self.training = training
        self.split = split
        self.noisy = noisy
        self._numbers = numbers
        values = self._with_costs(self._mean(split), objectives)
        table = ObjectiveTable(
            name,
            card.space,
            objectives,
            values,
            sha256_of(card.sha256, training, split, *(o.name for o in objectives)),
            bounds=bounds,
            scales=scales,
        )
        super().__init__(table)
        self.noise = self._scatter() if noisy else NOISELESS

    def _scatter(self) -> Scatter:
        """Return how single trainings scatter around the mean, for every score."""
        found = self.fine_tuned.scatter(self.split)[self.table.inside]
        spread = np.sqrt(np.nanmean(found**2, axis=0))
        return {
            name: Noise(training=float(deviation))
            for name, deviation in zip(PREDICTED, spread, strict=True)
            if name in [objective.name for objective in self.objectives]
        }

    def _mean(self, split: SplitName) -> Scores:
        """Return accuracy and loss (size, 2): the values."""
        if self.training == "ptq":
            return self._numbers.rounded[:, self.card.splits.index(split)]
        return self.fine_tuned.mean(split)

    @cached_property
    def fine_tuned(self) -> FineTunedScores:
        """Accuracy and loss after every training, where designs were trained."""
        scores = self._numbers.fine_tuned
        assert scores is not None
        card = self.card
        return FineTunedScores(
            card.space, get_objectives(PREDICTED), card.seeds, card.splits, scores
        )

    def _with_costs(self, scores: Scores, objectives: Sequence[Objective]) -> NDArray[np.float64]:
        return np.column_stack(
            [
                scores[:, PREDICTED.index(objective.name)]
                if objective.name in PREDICTED
                else self._numbers.costs[:, self.card.costs.index(objective.name)]
                for objective in objectives
            ]
        )

    def on(self, split: SplitName) -> Benchmark:
        """Return the same problem scored on another split.

        Raises
        ------
        InputError
            The table does not hold it.
        """
        checked_name("split", split, self.card.splits)
        return Benchmark(
            self.name,
            self.card,
            self._numbers,
            self.objectives,
            self.training,
            split,
            self.bounds,
            self.scales,
            self.noisy,
        )

    def for_run(self, seed: int) -> TableProblem:
        """Return what a run with this seed sees: where `noisy`, one training of each design.

        Which of its trainings a design shows is drawn by the seed and its place. A design shows
        the same one whenever it is asked for in a run.
        """
        if not self.noisy:
            return self
        values = self._with_costs(self.fine_tuned.drawn(self.split, seed), self.objectives)
        seen = TableProblem(replace(self.table, values=values, inside=self.table.inside))
        seen.noise = self.noise
        return seen

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the values, and over all trainings where a run sees one of them."""
        if not self.noisy:
            return super().fingerprint
        return sha256_of(super().fingerprint, "noisy", self.card.sha256)

    @cached_property
    def trainings(self) -> NDArray[np.int64]:
        """How many trainings each design had, shape (size,); 0 where it was only rounded."""
        if self._numbers.fine_tuned is None:
            return np.zeros(self.space.size, dtype=np.int64)
        return self.fine_tuned.trainings

    def column_of(self, name: str) -> NDArray[np.float64]:
        """Return the values (size,) of an objective, also one that the problem does not have.

        Raises
        ------
        InputError
            The table does not hold it.
        """
        checked_name(f"objective of {self.name}", name, (*PREDICTED, *self.card.costs))
        return self._with_costs(self._mean(self.split), get_objectives([name]))[:, 0]

    def rounded_accuracy(self) -> NDArray[np.float64]:
        """Return the accuracy (size,) after rounding alone, on the problem's split."""
        return self._numbers.rounded[:, self.card.splits.index(self.split), 0]

    def single_trainings(self, split: SplitName | None = None) -> Scores:
        """Return accuracy and loss of every training, shape (size, seeds, 2), NaN where none."""
        return self.fine_tuned.scores[:, :, self.card.splits.index(split or self.split)]

    def frame(self) -> pd.DataFrame:
        """Return the whole table, one row a design: choices decoded, scores and every cost.

        Columns: the choices; ``accuracy``, ``loss`` and their values after rounding alone
        (``accuracy, rounded``), each on every split (``accuracy, test``); the standard deviation
        of the accuracy over trainings where there are several; the costs. Natural units.
        """
        import pandas as pd

        rows = self.space.configurations(np.arange(self.space.size))
        columns: dict[str, object] = {}
        for place, choice in enumerate(self.space.choices):
            columns[choice.name] = [choice.values[index] for index in rows[:, place].tolist()]
        for column, split in enumerate(self.card.splits):
            for place, name in enumerate(PREDICTED):
                columns[f"{name}, rounded, {split}"] = self._numbers.rounded[:, column, place]
                if self._numbers.fine_tuned is not None:
                    columns[f"{name}, fine-tuned, {split}"] = self.fine_tuned.mean(split)[:, place]
            if self._numbers.fine_tuned is not None:
                columns[f"accuracy, scatter, {split}"] = self.fine_tuned.scatter(split)[:, 0]
        if self._numbers.fine_tuned is not None:
            columns["trainings"] = self.trainings
        for place, name in enumerate(self.card.costs):
            columns[name] = self._numbers.costs[:, place]
        return pd.DataFrame(columns)
