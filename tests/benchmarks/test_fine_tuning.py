"""Fine-tuning many configurations at once: against one after the other, and over a whole space.

python -m pytest tests/benchmarks/test_fine_tuning.py --benchmark-enable --page docs/fine_tuning.md
"""

import itertools
import time

import numpy as np
import torch

from moo_jsc.data import Split
from moo_jsc.evaluation.fine_tuning import FineTuning, fine_tune, side_by_side
from moo_jsc.foundation.threads import one_thread
from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec
from moo_jsc.problems.catalog import build_network_problem
from moo_jsc.quantization.calibration import Calibration
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision
from tests.evaluation.plain_fine_tuning import plain_fine_tuning

WIDTHS = (4, 8, 16, 32, 64)
DESIGNS = 100_000
COST = "cost of fine-tuning"
"""The table's name on the page."""


def precisions(count, seed=0):
    """Designs with equal data formats, as they stand side by side in an enumerated space."""
    rng = np.random.default_rng(seed)
    return [
        tuple(
            LayerPrecision(FixedPoint(4), FixedPoint(int(weight)), FixedPoint(8))
            for weight in rng.integers(2, 7, size=3)
        )
        for _ in range(count)
    ]


def test_together_is_faster_than_one_after_another(benchmark, measured):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(10_000, 16)).astype(np.float32)
    train = Split(features, rng.integers(0, 5, size=10_000))
    settings = FineTuning(samples=10_000)
    network = initialized(network_spec("jsc-three-linear"), seed=0)
    calibration = Calibration(network, features)
    asked = precisions(2 * side_by_side(network.spec))

    def one_after_another(threads, count=4):
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        start = time.perf_counter()
        for precision in asked[:count]:
            explicit = calibration.resolve(precision)
            plain_fine_tuning(network, explicit, (True,) * 3, train, settings, 2048)
        torch.set_num_threads(before)
        return (time.perf_counter() - start) / count

    alone = min(one_after_another(threads) for threads in (1, 2, 1, 2))

    def together():
        return fine_tune(network, asked, train, settings, calibration=calibration)

    together()
    with one_thread():
        benchmark.pedantic(together, rounds=3)
    each = benchmark.stats["min"] / len(asked) if benchmark.enabled else alone
    what = "side by side against one configuration after another in plain PyTorch"
    measured.row(COST, what=what, measured=f"{alone / each:.0f} times as fast")
    assert not benchmark.enabled or alone > 3 * each


def test_a_space_of_a_hundred_thousand_designs(benchmark, measured):
    """Estimated from designs of every architecture of `codesign` that are trained side by side.

    They have the same random data formats, and weights of all widths, as a shard of the space has.
    """
    problem = build_network_problem("codesign", objectives=("accuracy", "loss"), training="qat")
    recipe = problem.scoring.fine_tuning
    numbers = np.random.default_rng(0).integers(problem.space.size, size=len(problem.networks))
    rows = problem.space.configurations(numbers)
    layers = np.array(list(itertools.product(range(4), repeat=3)))
    seconds = {}

    def sample(networks):
        for number in networks:
            asked = np.repeat(rows[number : number + 1], len(layers), axis=0)
            asked[:, :2] = divmod(number, len(WIDTHS))
            asked[:, 3::2] = layers
            asked = asked[:: len(layers) // side_by_side(problem.networks[number].spec)]
            begun = time.process_time()
            problem.fine_tuned(asked, [recipe], ["validation", "test"])
            each = (time.process_time() - begun) / len(asked)
            seconds[number] = min(each, seconds.get(number, each))

    with one_thread():
        networks = range(len(problem.networks)) if benchmark.enabled else range(1)
        benchmark.pedantic(sample, args=(networks,), rounds=2 if benchmark.enabled else 1)
    mean = np.mean(list(seconds.values()))
    print(f"\nCPU ms a design: {[round(1000 * found, 1) for found in seconds.values()]}")
    minutes = DESIGNS * mean / 60 / 2
    what = "processor time a design, mean over the networks of `codesign`, scored on two splits"
    measured.row(COST, what=what, measured=f"{1000 * mean:.1f} ms")
    what = f"{DESIGNS:,} designs with one seed on two cores"
    measured.row(COST, what=what, measured=f"{minutes:.1f} minutes")
