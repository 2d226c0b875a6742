"""How much accuracy quantization-aware fine-tuning recovers over post-training quantization.

Fine-tunes every configuration of two spaces, lab3-types on jsc-tiny and a three-layer space of
2 to 4 bits on jsc-three-linear, and compares both on the test split. Intervals cover the seeds
(of fine-tuning, and of training where several trainings are shipped) and the test sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from moo_jsc.foundation.errors import InputError
from studies.common.checks import listed, require_at_least
from studies.common.console import run_study
from studies.common.pages import block, fill, quoted
from studies.common.running import Results, study
from studies.common.settings import Settings

SPACES = ("lab3-types", "three-layer")


@dataclass
class Config(Settings):
    """Settings of the comparison."""

    spaces: tuple[str, ...] = SPACES
    """Of lab3-types (jsc-tiny, 18 configurations) and three-layer (jsc-three-linear, data of 2
    or 4 bits and weights of 2, 3 or 4 in each layer, 216 configurations)."""
    seeds: int = 5
    """Repetitions, at least 2; of the trainings of jsc-three-linear 5 are shipped."""
    samples: int = 60_000
    """Training samples shown to every configuration: two passes over 30,000."""
    learning_rate: float = 3e-2
    """Of Adam at the start of fine-tuning; falls to 0 along half a cosine."""
    jets: str = "sample"
    """Data: sample, openml, or the path of a CSV, npz or HDF5 file."""
    scheduler: str | None = None
    """Address of a running Dask scheduler, tcp://host:port, whose workers fine-tune instead."""
    page: Path | None = None
    """Markdown page whose numbers, between their marks, are to be written anew."""

    script = "quantization_aware"


@study
def main(config: Config) -> Results:
    """Run the study."""
    require_at_least("seeds", config.seeds, 2)
    require_at_least("samples", config.samples, 1)
    spaces = listed(config.spaces)
    for name in spaces:
        if name not in SPACES:
            raise InputError(f"space {name!r}: expected one of {', '.join(SPACES)}")
    config.check_folders()

    from moo_jsc.data.jets import load_jets
    from moo_jsc.evaluation.fine_tuning import FineTuning
    from studies.fine_tuning import tables
    from studies.fine_tuning.outcomes import fine_tuned
    from studies.fine_tuning.page import write

    folder = config.out or Path("results/quantization_aware")
    settings = FineTuning(config.samples, config.learning_rate)
    jets = load_jets(config.jets)
    outcomes = fine_tuned(
        spaces, config.seeds, settings, jets, workers=config.workers, scheduler=config.scheduler
    )
    table = tables.summary(outcomes)
    said = {name: tables.conclusions(name, outcomes, table) for name in spaces}
    setting = (
        f"{config.seeds} seeds, {len(jets.test):,} test jets of {jets.name}, "
        f"{config.samples:,} samples of fine-tuning"
    )
    print(f"\n{setting}\n\n{tables.shown(table)}\n")
    for sentences in said.values():
        print("\n  ".join(sentences))
    if config.page is not None:
        answer = quoted(sentence for sentences in said.values() for sentence in sentences)
        recovered = block(f"{setting}\n\n{tables.shown(table)}")
        fill(config.page, {"recovered": recovered, "answer": answer})
    return write(folder, outcomes, table, said, setting, config)


if __name__ == "__main__":
    run_study(main, Config)
