"""How much of a front was luck? Its designs trained to the end with fresh seeds, and traced.

Takes designs on the front of a problem's fine-tuned accuracy and known costs, trains each with
fresh seeds, once as it was chosen and once fifteen times as long, scores both on the test split
and traces the finished networks whole: what of each point was luck, whether the order holds, and
the least look-up tables at an accuracy, beside published designs. Of each design's finished
networks the one that is best on the validation split is the one that is built.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from moo_jsc.foundation.errors import InputError
from studies.common.checks import listed, require_at_least
from studies.common.console import run_study
from studies.common.regions import RegionSettings
from studies.common.running import Results, study


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
    skip_outside: tuple[str, ...] = ()
    """Where no table is shipped, designs below several that lie outside, as accuracy=0.72, are not
    trained; their accuracy is the lowest of those."""
    seeds: int = 5
    """Fresh trainings of each design, at least 2."""
    samples: int = 900_000
    """Training samples shown to the end; the short training shows 60,000."""
    accuracies: tuple[str, ...] = ("0.72", "0.74", "0.75")
    """Accuracies at which the smallest design is looked for."""
    synthesize: bool = False
    """Count the look-up tables of the smallest networks with yosys as well."""
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

    import numpy as np

    from moo_jsc.objectives.bounds import Bounds
    from moo_jsc.problems.catalog import build_network_problem
    from moo_jsc.problems.finishing import FIRST_FRESH_SEED, TO_THE_END
    from studies.common.pages import fill
    from studies.finishing import outcomes
    from studies.finishing.built import built, built_table, cheapest, cheapest_table
    from studies.finishing.chosen import fine_tuned_accuracy, on_front
    from studies.finishing.page import Tables, drawn, markdown_parts, sentences, write
    from studies.finishing.synthesis import synthesized
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
        skip_outside=Bounds.parsed(config.skip_outside),
    )
    chosen = on_front(problem, accuracy, config.table_seeds, config.designs, config.given_numbers)
    short = problem.scoring.fine_tuning
    seeds = [FIRST_FRESH_SEED + number for number in range(config.seeds)]
    found = measured(
        problem,
        chosen.numbers.tolist(),
        seeds,
        (short, replace(TO_THE_END, samples=config.samples)),
        cache=config.cache,
        workers=config.workers,
        scheduler=config.scheduler,
    )
    means = outcomes.resampled(found)
    smallest = outcomes.least_table(chosen, means, config.wanted)
    networks = built(found)
    least = cheapest(networks, config.wanted)
    yosys = None
    if config.synthesize:
        places = sorted({place for place in least.values() if place is not None})
        lengths = np.where(found.kept_short, short.samples, config.samples)
        jobs = [
            (int(chosen.numbers[place]), seeds[seed], int(lengths[place, seed]))
            for place in places
            for seed in (int(networks.places[place]),)
        ]
        counts = synthesized(problem, jobs, cache=config.cache, workers=config.workers)
        yosys = dict(zip(places, counts, strict=True))
    each = built_table(chosen, networks, seeds)
    smallest_built = cheapest_table(each, networks, least, yosys)
    lines = sentences(
        chosen,
        found,
        means,
        front_of=() if config.given_numbers else listed(config.objectives),
        samples=config.samples,
    )
    table = outcomes.design_table(chosen, found, means)
    tables = Tables(smallest, table, smallest_built, each)
    print("\n" + "\n".join(lines))
    for part in tables:
        print(f"\n{part.to_string(index=False)}")
    if config.page is not None:
        finished, networks_built = markdown_parts(lines, tables)
        fill(config.page, {"finished": finished, "built": networks_built})
    folder = config.out or Path("results") / f"finished-{problem.name}"
    figure, legend = drawn(found, means, config.jets)
    return write(folder, config, problem, tables, lines, figure, legend)


if __name__ == "__main__":
    run_study(main, Config)
