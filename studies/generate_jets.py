"""Generate the shipped jet sample: `python studies/generate_jets.py --jets 20000`.

One process a class. Each finished class is a part file, so an interrupted run loses at most the
classes in progress; the same command goes on from there.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studies.common.checks import require_at_least
from studies.common.console import run_study
from studies.common.running import Results, end_page, study
from studies.common.settings import Settings

if TYPE_CHECKING:
    from moo_jsc.data.jets.generation import GeneratedJets


@dataclass
class Config(Settings):
    """Settings of the generation."""

    out: Path | None = None
    """The sample to write (.npz), with the report beside it, or a folder for both; by default the
    package's own for the sample and results/jets for the report."""
    jets: int = 20_000
    """Jets a class."""
    seed: int = 42_468
    """Seed of the first class; the others count up."""
    parts: Path = Path("build/jets")
    """Folder of the part files."""

    script = "generate_jets"

    @property
    def given_folder(self) -> Path | None:
        """Return the results folder that the user asked for."""
        named = self.out is not None and self.out.suffix == ".npz"
        return self.out.parent if named and self.out is not None else self.out


@study
def main(config: Config) -> Results:
    """Generate what is missing, write the sample and its report."""
    require_at_least("jets", config.jets, 1)
    require_at_least("seed", config.seed, 0)
    config.check_folders()

    from moo_jsc.data.jets.sample import SAMPLE_PATH

    if config.out is None:
        sample, folder = SAMPLE_PATH, Path("results/jets")
    elif config.given_folder != config.out:
        sample, folder = config.out, config.out.parent
    else:
        sample, folder = config.out / SAMPLE_PATH.name, config.out
    generated = run(config.jets, config.seed, config.workers, config.parts, sample)
    return Results(report(folder, generated, config))


def run(jets: int, seed: int, workers: int, parts: Path, out: Path) -> list[GeneratedJets]:
    """Generate the missing classes in parallel and write the sample with its provenance."""
    from moo_jsc.data.jets import CLASSES
    from moo_jsc.data.jets.sample import part_path, read_part, write_sample
    from moo_jsc.foundation.processes import end_with_parent

    seeds = {label: seed + code for code, label in enumerate(CLASSES)}
    paths = {label: part_path(parts, label, jets, seeds[label]) for label in CLASSES}
    missing = [label for label in CLASSES if not paths[label].exists()]
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    with ProcessPoolExecutor(
        workers,
        multiprocessing.get_context("spawn"),
        initializer=end_with_parent,
        initargs=(os.getpid(),),
    ) as pool:
        pending = [
            pool.submit(_generate_part, label, jets, seeds[label], paths[label])
            for label in missing
        ]
        for finished in as_completed(pending):
            print(finished.result(), flush=True)
    generated = [read_part(paths[label]) for label in CLASSES]
    write_sample(out, generated)
    print(f"wrote {out} and {out.with_name('provenance.json')}")
    return generated


def report(folder: Path, generated: list[GeneratedJets], config: Settings) -> Path:
    """Write the page: what each class took, and what its features are like."""
    import pandas as pd

    from analysis.report import Column, Report
    from moo_jsc.data.jets import FEATURES

    total = sum(len(part.features) for part in generated)
    page = Report("What is in the jet sample?", f"{total:,} jets of {len(generated)} classes")
    section = page.section("Classes")
    section.table(
        "classes",
        pd.DataFrame(
            {
                "class": [part.label for part in generated],
                "jets": [len(part.features) for part in generated],
                "events": [part.events for part in generated],
                "seed": [part.seed for part in generated],
            }
        ),
        [
            Column("class", "class", "text"),
            Column("jets", "jets", "whole"),
            Column("events", "events generated", "whole"),
            Column("seed", "seed", "whole"),
        ],
        "Events that had to be generated for the jets that passed the selection.",
    )
    means = {part.label: part.features.mean(axis=0) for part in generated}
    section.table(
        "means",
        pd.DataFrame({"feature": FEATURES, **means}),
        [
            Column("feature", "feature", "text"),
            *(Column(label, label, "significant", 4) for label in means),
        ],
        "Mean of each feature in each class.",
    )
    end_page(page, config, {})
    return page.write(folder)


def _generate_part(label: str, jets: int, seed: int, path: Path) -> str:
    from moo_jsc.data.jets.generation import generate_class
    from moo_jsc.data.jets.sample import write_part

    def tell(found: int) -> None:
        if found % 1000 == 0 or found == jets:
            print(f"{label}: {found} of {jets} jets, {time.process_time():.0f} s", flush=True)

    generated = generate_class(label, jets, seed, on_jet=tell)
    write_part(path, generated)
    return f"{label}: done, {generated.events} events"


if __name__ == "__main__":
    run_study(main, Config)
