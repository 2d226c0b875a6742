"""What each part of the recipe of fine-tuning brings: accuracy, and scatter over seeds.

    python -m tests.benchmarks.fine_tuning_recipe --page docs/fine_tuning.md

Validation accuracy of designs with data of 3 to 8 bits and weights of 2 to 6 in every layer, open
fractions. The recipe was chosen on jsc-tiny and jsc-toy; the other networks had no part in it.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from moo_jsc.data.jets import load_jets
from moo_jsc.evaluation.fine_tuning import STRAIGHT_THROUGH, FineTuning, fine_tuned_scores
from moo_jsc.foundation.threads import one_thread
from moo_jsc.networks.weights import load_network, load_widened
from moo_jsc.objectives.prediction import ACCURACY
from moo_jsc.quantization.calibration import Calibration
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision
from studies.common.pages import fill, markdown

CHOSEN = FineTuning()
RECIPES = {
    "plain": STRAIGHT_THROUGH,
    "+ clipped gradients": replace(STRAIGHT_THROUGH, clip=True),
    "+ learned steps": replace(STRAIGHT_THROUGH, clip=True, step_rate=CHOSEN.step_rate),
    "+ higher rate": replace(CHOSEN, averaged=0.0),
    "+ averaged weights": CHOSEN,
    "plain, 15 times as long": replace(STRAIGHT_THROUGH, samples=900_000),
    "chosen, 4 times as long": replace(CHOSEN, samples=240_000),
    "chosen, 15 times as long": replace(CHOSEN, samples=900_000),
}
NETWORKS = {
    "jsc-tiny": lambda: load_network("jsc-tiny"),
    "jsc-toy": lambda: load_network("jsc-toy"),
    "three-linear 1x1": lambda: load_widened("jsc-three-linear", (1, 1)),
    "three-linear 2x3": lambda: load_widened("jsc-three-linear", (2, 3)),
}
TUNED_ON = ("jsc-tiny", "jsc-toy")
"""Networks on which the recipe was chosen, with all recipes; the others see two of them."""

COMPARED = ("plain", "+ averaged weights")
DATA = ((3, 3, 3), (4, 3, 4), (4, 6, 3), (6, 4, 8))


def designs(layers, each):
    rng = np.random.default_rng(5)
    for data in DATA:
        weights = np.array([(2,), (3,), (4,), (6,)])
        if layers > 1:
            weights = rng.choice([2, 3, 4, 6], size=(each, layers))
        # One layer takes the narrow and the wide data widths, 3, 4, 6 and 8.
        widths = data if layers > 1 else (sorted({3, 4, 6, 8})[DATA.index(data)],)
        for row in weights.tolist():
            yield tuple(
                LayerPrecision(FixedPoint(bits), FixedPoint(weight), FixedPoint(8))
                for bits, weight in zip(widths, row, strict=True)
            )


def accuracies(name, recipes, seeds, each):
    """Yield each recipe's validation accuracies (seeds, designs) in per cent."""
    jets, network = load_jets(), NETWORKS[name]()
    calibration = Calibration(network, jets.train.features[:4096])
    asked = list(designs(len(network.spec.linear_layers), each))
    for label in recipes:
        with one_thread():
            found = [
                fine_tuned_scores(
                    network,
                    asked,
                    jets.train,
                    [jets.validation],
                    [ACCURACY],
                    replace(RECIPES[label], seed=seed),
                    calibration=calibration,
                )[:, 0, 0]
                for seed in range(seeds)
            ]
        yield label, 100 * np.array(found)


def row(name, label, found, chosen):
    """Mean accuracy, scatter over seeds, and the gain over the chosen recipe."""
    means, scatter = found.mean(axis=0), found.std(axis=0, ddof=1)
    gain = None if chosen is None else means - chosen
    return {
        "network": f"`{name}`",
        "recipe": label,
        "accuracy": f"{means.mean():.2f}",
        "scatter": f"{np.sqrt((scatter**2).mean()):.2f} ({np.median(scatter):.2f})",
        "against the recipe": "" if gain is None else f"{gain.mean():+.2f}",
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--designs", type=int, default=8, help="of each four data formats")
    parser.add_argument("--networks", nargs="+", default=list(NETWORKS), choices=list(NETWORKS))
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    tables = {"recipe": [], "recipe elsewhere": []}
    for name in given.networks:
        recipes = tuple(RECIPES) if name in TUNED_ON else COMPARED
        found = dict(accuracies(name, recipes, given.seeds, given.designs))
        chosen = found["+ averaged weights"].mean(axis=0)
        for label, values in found.items():
            known = None if label == "+ averaged weights" else chosen
            table = tables["recipe" if name in TUNED_ON else "recipe elsewhere"]
            table.append(row(name, label, values, known))
    for name, rows in tables.items():
        if rows:
            shown = markdown(pd.DataFrame(rows))
            print(f"\n{shown}", flush=True)
            if given.page is not None:
                fill(given.page, {name: shown})


if __name__ == "__main__":
    main()
