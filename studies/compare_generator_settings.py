"""Compare settings of the jet generator with OpenML 42468, before a sample is generated.

The same generated jets are seen by each detector in turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from studies.common.checks import require_at_least
from studies.common.console import run_study
from studies.common.pages import fill
from studies.common.running import Results, end_page, study
from studies.common.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from moo_jsc.data.jets.detector import Detector
    from moo_jsc.data.jets.generation import Jet

    Features = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Setting:
    """One row of the table.

    Attributes
    ----------
    name
        What differs from the generated particles.
    detector
        What the particles become.
    natural_widths
        Breit-Wigner masses instead of nominal ones, for all particles.
    fewest_constituents
        Jets with fewer after grooming are left out.
    """

    name: str
    detector: Detector
    natural_widths: bool = False
    fewest_constituents: int = 1


def settings() -> tuple[Setting, ...]:
    """Everything that was tried."""
    from moo_jsc.data.jets.detector import EFFECTIVE, PERFECT, PION_MASS, Detector

    def seen(cell: float, direction: float, momentum: float) -> Detector:
        return Detector(cell, direction, momentum, PION_MASS)

    return (
        Setting("particles as they are", PERFECT),
        Setting("natural widths", PERFECT, natural_widths=True),
        Setting("natural widths, pion mass", seen(0, 0, 0), natural_widths=True),
        Setting("pion mass", seen(0, 0, 0)),
        Setting("pion mass, 5 groomed constituents", seen(0, 0, 0), fewest_constituents=5),
        Setting("pion mass, directions 0.002", seen(0, 0.002, 0)),
        Setting("pion mass, directions 0.003", seen(0, 0.003, 0)),
        Setting("pion mass, momenta 4 %", seen(0, 0, 0.04)),
        Setting("pion mass, directions 0.002, momenta 4 %", seen(0, 0.002, 0.04)),
        Setting("the same with cells 0.0175", seen(0.0175, 0.002, 0.04)),
        Setting("the same with cells 0.003 (chosen)", EFFECTIVE),
    )


@dataclass
class Config(Settings):
    """Settings of the comparison."""

    jets: int = 1000
    """Jets a class."""
    seed: int = 1
    """Seed of the first class; the others count up."""
    page: Path | None = None
    """Markdown page whose table of settings, between its marks, is to be written anew."""

    script = "compare_generator_settings"


@study
def main(config: Config) -> Results:
    """Generate, measure, print and report one row a setting."""
    require_at_least("jets", config.jets, 1)
    require_at_least("seed", config.seed, 0)
    config.check_folders()
    lines = run(config.jets, config.seed)
    if config.page is not None:
        fill(config.page, {"generator settings": "\n".join(lines)})
    return Results(report(config, lines))


def report(config: Config, lines: Sequence[str]) -> Path:
    """Write the page with the table, given as lines of Markdown."""
    import pandas as pd

    from analysis.report import Column, Report

    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    page = Report(
        "Which settings of the generator are like the real jets?", f"{config.jets} jets a class"
    )
    page.section("Settings").table(
        "settings",
        pd.DataFrame(rows, columns=head),
        [Column(name, name, "text", wrap=True) for name in head],
        "Shares within classes that the distributions do not show, and Kolmogorov distances to "
        "OpenML 42468 of all classes together.",
    )
    end_page(page, config, {})
    return page.write(config.out or Path("results/generator_settings"))


def run(jets: int, seed: int) -> list[str]:
    """Print and return one row a setting, as lines of Markdown."""
    lines = list(header())
    print("\n".join(lines))
    generated: dict[bool, dict[str, list[Jet]]] = {}
    for setting in settings():
        if setting.natural_widths not in generated:
            generated[setting.natural_widths] = generate(jets, seed, setting.natural_widths)
        features = {
            label: measure(found, setting, seed)
            for label, found in generated[setting.natural_widths].items()
        }
        lines.append(row(setting.name, features))
        print(lines[-1], flush=True)
    return lines


def generate(jets: int, seed: int, natural_widths: bool) -> dict[str, list[Jet]]:
    """Generate the jets of all classes."""
    from moo_jsc.data.jets import CLASSES
    from moo_jsc.data.jets.generation import leading_jets

    return {
        label: list(islice(leading_jets(label, seed + code, natural_widths=natural_widths), jets))
        for code, label in enumerate(CLASSES)
    }


def measure(jets: Iterable[Jet], setting: Setting, seed: int) -> NDArray[np.float64]:
    """Compute the features of jets as a detector sees them, shape (n, 16)."""
    import numpy as np

    from moo_jsc.data.jets.grooming import mmdt
    from moo_jsc.data.jets.observables import jet_features

    noise = np.random.default_rng((seed, 1))
    seen = [setting.detector.measure(jet.momenta, jet.kinds, noise) for jet in jets]
    fewest = setting.fewest_constituents
    return np.array([jet_features(jet) for jet in seen if fewest == 1 or len(mmdt(jet)) >= fewest])


def header() -> tuple[str, ...]:
    """Give the head of the table and the row of the real jets."""
    from moo_jsc.data.jets.landmarks import LANDMARKS

    names = [*(landmark.name for landmark in LANDMARKS), "mass", "mean D", "largest D"]
    real = [f"{100 * landmark.openml:.1f} %" for landmark in LANDMARKS]
    return (
        f"| setting | {' | '.join(names)} |",
        f"| --- |{' ---: |' * len(names)}",
        f"| OpenML 42468 | {' | '.join(real)} | | | |",
    )


def row(name: str, features: Features) -> str:
    """Give one setting's row: shares within classes, distances of all classes together."""
    import numpy as np

    from moo_jsc.data.jets import CLASSES, FEATURES
    from moo_jsc.data.jets.landmarks import LANDMARKS
    from moo_jsc.data.jets.reference import kolmogorov_distance, openml_reference

    shares = [f"{100 * mark.share(features[mark.label]):.1f} %" for mark in LANDMARKS]
    fewest = min(len(features[label]) for label in CLASSES)
    together = np.concatenate([features[label][:fewest] for label in CLASSES])
    distances = {
        name: kolmogorov_distance(together[:, place], openml_reference()[name])
        for place, name in enumerate(FEATURES)
    }
    worst = max(distances, key=lambda feature: distances[feature])
    numbers = [
        f"{distances['mass_mmdt']:.3f}",
        f"{np.mean(list(distances.values())):.3f}",
        f"{distances[worst]:.3f} (`{worst}`)",
    ]
    return f"| {name} | {' | '.join([*shares, *numbers])} |"


if __name__ == "__main__":
    run_study(main, Config)
