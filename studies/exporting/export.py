"""One export: what is asked for, where it comes from, and what was written."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import require_writable, write_text
from studies.common.checks import listed
from studies.common.choosing import design_number
from studies.exporting.design import ChosenDesign
from studies.exporting.source import Finished, ProblemSettings, costs_of, problem_of, read_finished
from studies.exporting.tidy import (
    NUMBER,
    cost_names,
    front_of,
    space_table,
    trials_of,
    with_choices,
    with_costs,
)

if TYPE_CHECKING:
    import pandas as pd

    from moo_jsc.enumeration.benchmark import Benchmark
    from moo_jsc.hardware.onnx_check import LogitComparison
    from moo_jsc.problems.network_problem import NetworkProblem
    from moo_jsc.problems.problem import Problem
    from moo_jsc.problems.space import SearchSpace
    from moo_jsc.runs.identity import StudyIdentity

README = "README.md"

COMPARED = 8
"""Designs of the results that are evaluated anew, to see whether the problem is the same."""


class Export:
    """What an export's targets read and fill.

    Parameters
    ----------
    config
        The study's settings (`studies.export.Config`).

    Attributes
    ----------
    lines
        What there is to say of what was written.
    files
        Name in the folder -> what the file is.
    wrong
        Files whose logits are not those they must be.

    Raises
    ------
    InputError
        The results are none, or cannot give what is asked for.
    """

    def __init__(self, config: Any) -> None:
        self.config = config
        self.finished: Finished | None = None
        if config.results is not None:
            self.finished = read_finished(config.results)
        self.lines: list[str] = []
        self.files: dict[str, str] = {}
        self.wrong: list[str] = []
        require_writable(self.folder)

    @cached_property
    def settings(self) -> ProblemSettings:
        """The settings of the problem: those of the results, unless others are given."""
        given = {name: getattr(self.config, name) for name in ("problem", "network", "training")}
        given |= {"objectives": listed(self.config.objectives), "jets": self.config.jets}
        own = self.finished is None or self.config.problem is not None
        before = ProblemSettings() if own or self.finished is None else self.finished.settings
        return replace(before, **{key: value for key, value in given.items() if value})

    @cached_property
    def folder(self) -> Path:
        """Where everything goes."""
        if self.config.out is not None:
            return Path(self.config.out)
        if self.finished is not None:
            return self.finished.folder / "export"
        return Path("results") / f"export-{self.config.problem}"

    @cached_property
    def problem(self) -> Benchmark | NetworkProblem:
        """The problem of the results, built anew and compared with what they say."""
        problem = problem_of(self.settings, device=self.config.device)
        if self.finished is None:
            return problem
        if self.identity is not None:
            self._require_same_space(problem.space)
            recorded = self.trials
        else:
            recorded = front_of(self.finished.folder, problem)
        if self.config.problem is None and _rounded(problem):
            self._compare_with(problem, recorded)
        return problem

    def _compare_with(self, problem: Problem, recorded: pd.DataFrame) -> None:
        """Note if some of the recorded values are not those that the problem gives here."""
        from moo_jsc.objectives.objective import MeasuredObjective

        some = recorded.drop_duplicates(NUMBER).head(COMPARED)
        again = problem.evaluate(problem.space.configurations(some[NUMBER].to_numpy()))
        for place, objective in enumerate(problem.objectives):
            if isinstance(objective, MeasuredObjective) or objective.name not in some.columns:
                continue
            differs = some[objective.name].to_numpy() != again[:, place]
            if differs.any():
                row = int(differs.argmax())
                self.lines.append(
                    f"note: design {some[NUMBER].iloc[row]} has {objective.name} "
                    f"{some[objective.name].iloc[row]:.6g} in the results and "
                    f"{again[row, place]:.6g} here: other weights, data or code"
                )
                return

    @cached_property
    def identity(self) -> StudyIdentity | None:
        """What a comparison's folder says that it is; None for anything else."""
        if self.finished is None or self.finished.kind != "comparison":
            return None
        from moo_jsc.runs.identity import read_identity

        return read_identity(self.finished.folder)

    def _require_same_space(self, space: SearchSpace) -> None:
        from studies.exporting.optuna_journal import space_of

        assert self.identity is not None
        if space_of(self.identity).fingerprint != space.fingerprint:
            raise InputError(
                f"{self.config.results}: its designs are not those of {space.name} as it is "
                "built here, expected the same choices"
            )

    @cached_property
    def trials(self) -> pd.DataFrame:
        """The trials of the comparison."""
        assert self.finished is not None
        return trials_of(self.finished.folder)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a trial, a point of the front or a design, with choices and costs."""
        if self.identity is not None:
            from studies.exporting.optuna_journal import space_of

            table, space = self.trials, space_of(self.identity)
        elif self.finished is not None:
            table, space = front_of(self.finished.folder, self.problem), self.problem.space
        else:
            table = space_table(self.problem, workers=self.config.workers)
            space = self.problem.space
        names = cost_names(table, listed(self.config.costs))
        table = with_choices(table, space)
        try:
            costs = costs_of(self.settings, names)
            if self.identity is not None:
                self._require_same_space(costs.space)
        except InputError as error:
            if self.config.costs or self.config.problem:
                raise
            self.lines.append(f"note: costs are left out of the table: {error}")
            return table
        self.cost_names = names
        return with_costs(table, costs)

    cost_names: tuple[str, ...] = ()

    @cached_property
    def design(self) -> ChosenDesign:
        """The design that is asked for."""
        number = design_number(self.config, self.problem)
        design = ChosenDesign(self.problem, number, self.config.seed, self.config.samples)
        shown = " ".join(f"{name}={value}" for name, value in design.choices.items())
        self.lines.append(f"{self.problem.name} {design.number}: {shown}")
        return design

    def wrote(self, name: str, meaning: str) -> None:
        """Take a file up in the list of files."""
        self.files[name] = meaning

    def compared(self, found: dict[str, LogitComparison]) -> None:
        """Take up what came of running some files."""
        for name, comparison in found.items():
            self.lines.append(f"{name}: {comparison}")
            if comparison.wrong:
                self.wrong.append(name)

    def write_readme(self) -> Path:
        """Write what the files are and what they were compared with; return the page."""
        source = self.config.results or self.settings.problem
        rows = [f"- `{name}`: {meaning}" for name, meaning in self.files.items()]
        text = [f"# Export of {source}", "", *rows, "", *(f"{line}\n" for line in self.lines)]
        write_text(self.folder / README, "\n".join(text).rstrip() + "\n")
        return self.folder / README


def _rounded(problem: Benchmark | NetworkProblem) -> bool:
    """Say whether a problem's values are those of networks that are rounded here and now."""
    from moo_jsc.problems.network_problem import NetworkProblem

    return isinstance(problem, NetworkProblem) and problem.scoring.training == "ptq"
