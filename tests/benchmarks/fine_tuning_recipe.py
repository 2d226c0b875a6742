"""What each part of the recipe of fine-tuning brings: accuracy, and scatter over seeds.

    python -m tests.benchmarks.fine_tuning_recipe --seeds 4

Validation accuracy of designs with data of 3 to 8 bits and weights of 2 to 6 in every layer, open
fractions. The recipe was chosen on jsc-tiny and jsc-toy; the other networks had no part in it.
"""

import argparse
from dataclasses import replace

import numpy as np

from moo_jsc.data.jets import load_jets
from moo_jsc.evaluation.fine_tuning import STRAIGHT_THROUGH, FineTuning, fine_tuned_scores
from moo_jsc.foundation.threads import one_thread
from moo_jsc.networks.weights import load_network, load_widened
from moo_jsc.objectives.prediction import ACCURACY
from moo_jsc.quantization.calibration import Calibration
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision

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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--designs", type=int, default=8, help="of each four data formats")
    parser.add_argument("--networks", nargs="+", default=list(NETWORKS), choices=list(NETWORKS))
    parser.add_argument("--recipes", nargs="+", default=list(RECIPES), choices=list(RECIPES))
    chosen = parser.parse_args()
    jets = load_jets()
    for name in chosen.networks:
        network = NETWORKS[name]()
        calibration = Calibration(network, jets.train.features[:4096])
        asked = list(designs(len(network.spec.linear_layers), chosen.designs))
        base = None
        print(f"\n{name}: {len(asked)} designs, {chosen.seeds} seeds")
        print(f"{'recipe':26} {'mean':>6} {'scatter':>8} {'median':>7} {'gain':>6} {'lowest':>7}")
        for label in chosen.recipes:
            with one_thread():
                found = 100 * np.array(
                    [
                        fine_tuned_scores(
                            network,
                            asked,
                            jets.train,
                            [jets.validation],
                            [ACCURACY],
                            replace(RECIPES[label], seed=seed),
                            calibration=calibration,
                        )[:, 0, 0]
                        for seed in range(chosen.seeds)
                    ]
                )
            means, scatter = found.mean(axis=0), found.std(axis=0, ddof=1)
            if label == "+ averaged weights":
                base = means
            gain = (
                ""
                if base is None
                else f"{(means - base).mean():+6.2f} {(means - base).min():+7.2f}"
            )
            print(
                f"{label:26} {means.mean():6.2f} {np.sqrt((scatter**2).mean()):8.2f} "
                f"{np.median(scatter):7.2f} {gain}",
                flush=True,
            )
    print(
        "\nper cent and points; scatter: standard deviation over seeds, root mean square and "
        "median over designs; gain: over the chosen recipe, mean and lowest of all designs"
    )


if __name__ == "__main__":
    main()
