"""How much of a front was luck? Its designs trained to the end with fresh seeds, and traced.

Takes designs on the front of a problem's fine-tuned accuracy and known costs, trains each with
fresh seeds, once as it was chosen and once fifteen times as long, scores both on the test split
and traces the finished networks whole: what of each point was luck, whether the order holds, and
the least look-up tables at an accuracy, beside published designs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from moo_jsc.foundation.errors import InputError
from studies.common.checks import listed, require_at_least
from studies.common.console import run_study
from studies.common.regions import RegionSettings
from studies.common.running import Results, study

if TYPE_CHECKING:
    from moo_jsc.problems.network_problem import NetworkProblem


@dataclass(kw_only=True)
class Config(RegionSettings):
    """Which designs to finish, and how."""

    problem: str = "codesign-hardware"
    """Name of the problem."""
    objectives: tuple[str, ...] = ("accuracy", "lut", "latency-ns")
    """Names of the objectives whose front is taken; all but accuracy known costs."""
    designs: int = 30
    """How many designs of the front, evenly along it."""
    numbers: tuple[str, ...] = ()
    """Numbers of designs in their space, in the place of the front's."""
    table_seeds: int = 3
    """Trainings whose mean is the accuracy that the front was found by."""
    seeds: int = 5
    """Fresh trainings of each design, at least 2."""
    samples: int = 900_000
    """Training samples shown to the end; the short training shows 60,000."""
    accuracies: tuple[str, ...] = ("0.72", "0.74", "0.75")
    """Accuracies at which the smallest design is looked for."""
    synthesize: bool = False
    """Count the look-up tables of these smallest designs with yosys as well."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a file."""
    scheduler: str | None = None
    """Address of a running Dask scheduler, tcp://host:port, whose workers train and trace."""
    page: Path | None = None
    """Markdown page whose marked place gets the results, for instance docs/codesign.md."""

    script = "finish_front"
    catalogs = ("problems", "objectives")

    def check(self) -> None:
        """Check the settings that need no problem."""
        super().check()
        for name, least in (("designs", 1), ("table_seeds", 1), ("seeds", 2), ("samples", 1)):
            require_at_least(name.replace("_", "-"), getattr(self, name), least)
        _ = self.wanted, self.given_numbers
        if self.synthesize:
            from moo_jsc.hardware.tools import SYNTHESIS, installed, missing_line

            if not installed(SYNTHESIS):
                raise InputError(f"--synthesize: {missing_line(SYNTHESIS)}")

    @property
    def wanted(self) -> tuple[float, ...]:
        """Return the accuracies as numbers."""
        try:
            return tuple(float(word) for word in listed(self.accuracies))
        except ValueError:
            words = " ".join(self.accuracies)
            raise InputError(f"accuracies = {words}: expected numbers in 0..1") from None

    @property
    def given_numbers(self) -> tuple[int, ...]:
        """Return the numbers of given designs."""
        words = listed(self.numbers)
        wrong = [word for word in words if not word.isdecimal()]
        if wrong:
            raise InputError(f"numbers = {wrong[0]}: expected whole numbers of at least 0")
        return tuple(map(int, words))


@study
def main(config: Config) -> Results:
    """Choose, train, trace, and say what came of it."""
    from dataclasses import replace

    from moo_jsc.problems.catalog import build_network_problem
    from moo_jsc.problems.finishing import FIRST_FRESH_SEED, TO_THE_END
    from studies.common.pages import fill
    from studies.finishing import outcomes
    from studies.finishing.chosen import fine_tuned_accuracy, on_front
    from studies.finishing.page import drawn, markdown_part, sentences, write
    from studies.finishing.training import measured

    problem = build_network_problem(
        config.problem,
        objectives=listed(config.objectives),
        jets=config.jets,
        training="qat",
        device=config.device,
        bounds=config.bounds,
        scales=config.scales_by_name,
    )
    if "accuracy" not in (objective.name for objective in problem.objectives):
        raise InputError("objectives: expected accuracy among them")
    accuracy = fine_tuned_accuracy(
        problem,
        config.table_seeds,
        shipped=config.jets == "sample",
        cache=config.cache,
        workers=config.workers,
        scheduler=config.scheduler,
    )
    chosen = on_front(problem, accuracy, config.table_seeds, config.designs, config.given_numbers)
    short = problem.scoring.fine_tuning
    found = measured(
        problem,
        chosen.numbers.tolist(),
        [FIRST_FRESH_SEED + number for number in range(config.seeds)],
        (short, replace(TO_THE_END, samples=config.samples)),
        cache=config.cache,
        workers=config.workers,
        scheduler=config.scheduler,
    )
    means = outcomes.resampled(found)
    smallest, places = outcomes.least_table(chosen, means, config.wanted)
    if config.synthesize:
        smallest["yosys, LUTs"] = [
            counted(problem, config, int(chosen.numbers[places[wanted]]), found, places[wanted])
            if wanted in places
            else ""
            for wanted in config.wanted
        ]
    lines = sentences(
        chosen,
        found,
        means,
        front_of=() if config.given_numbers else listed(config.objectives),
        samples=config.samples,
    )
    table = outcomes.design_table(chosen, found, means)
    print("\n" + "\n".join(lines))
    print(f"\n{smallest.to_string(index=False)}\n\n{table.to_string(index=False)}")
    if config.page is not None:
        fill(config.page, {"finished": markdown_part(lines, smallest, table)})
    folder = config.out or Path("results") / f"finished-{problem.name}"
    figure, legend = drawn(found, means, config.jets)
    return write(folder, config, problem, table, smallest, lines, figure, legend)


def counted(problem: NetworkProblem, config: Config, number: int, found: object, place: int) -> str:
    """Synthesise the finished network of a design whose seed is best on the validation split."""
    import tempfile

    from moo_jsc.hardware.rtl import write_verilog
    from moo_jsc.hardware.tools import synthesize
    from moo_jsc.problems.finishing import FIRST_FRESH_SEED
    from studies.circuits.building import built, score
    from studies.finishing.outcomes import best_seed, luts
    from studies.finishing.training import Measured

    assert isinstance(found, Measured)
    (row,) = problem.space.configurations([number])
    seed = best_seed(found, place)
    short = problem.scoring.fine_tuning.samples
    samples = short if found.kept_short[place, seed] else config.samples
    design = built(problem, row, seed=FIRST_FRESH_SEED + seed, samples=samples)
    with tempfile.TemporaryDirectory() as folder:
        synthesis = synthesize(write_verilog(design.circuit, Path(folder)))
    accuracy = score(design, problem.data.test, problem.objectives[0])  # type: ignore[arg-type]
    return (
        f"{synthesis.lut:,} (seed {FIRST_FRESH_SEED + seed}: {100 * accuracy:.2f} %, whole trace "
        f"{luts(design.circuit.row):,.0f})"
    )


if __name__ == "__main__":
    run_study(main, Config)
