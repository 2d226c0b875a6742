"""Fine-tuning many configurations at once against one after the other."""

import time

import numpy as np
import torch
from torch import nn

from moo_jsc.data import Split
from moo_jsc.evaluation.fine_tuning import GROUP, FineTuning, fine_tune
from moo_jsc.foundation.threads import one_thread
from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec
from moo_jsc.quantization.fixed_point import quantize
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision

SETTINGS = FineTuning(epochs=1)
ROWS = 10_000


def plain(network, precision, train):
    """One configuration with PyTorch's modules, as one would write it."""
    optimiser = torch.optim.Adam(network.parameters(), lr=SETTINGS.learning_rate)
    features, labels = torch.as_tensor(train.features), torch.as_tensor(train.labels)
    for rows in torch.randperm(len(labels)).split(SETTINGS.batch_size):
        values, formats = features[rows], iter(precision)
        for block in network.blocks:
            if isinstance(block, nn.Linear):
                layer = next(formats)
                values = nn.functional.linear(
                    quantize(values, layer.data),
                    quantize(block.weight, layer.weight),
                    quantize(block.bias, layer.bias),
                )
            else:
                values = block(values)
        optimiser.zero_grad()
        nn.functional.cross_entropy(values, labels[rows]).backward()
        optimiser.step()


def test_together_is_faster_than_one_after_another(benchmark):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(ROWS, 16)).astype(np.float32)
    train = Split(features, rng.integers(0, 5, size=ROWS))
    spec = network_spec("jsc-three-linear")
    precisions = [
        tuple(
            LayerPrecision(
                FixedPoint(int(d), int(d) // 2), FixedPoint(int(w), int(w) - 1), FixedPoint(8, 4)
            )
            for d, w in rng.integers(2, 9, size=(3, 2))
        )
        for _ in range(2 * GROUP)
    ]
    few = precisions[:8]

    def one_after_another(threads):
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        start = time.perf_counter()
        for precision in few:
            plain(initialized(spec, seed=0), precision, train)
        torch.set_num_threads(before)
        return (time.perf_counter() - start) / len(few)

    alone = min(one_after_another(threads) for threads in (1, 2, 1, 2))
    network = initialized(spec, seed=0)

    def together():
        return list(fine_tune(network, precisions, train, SETTINGS))

    together()
    with one_thread():
        benchmark.pedantic(together, rounds=3)
    each = benchmark.stats["min"] / len(precisions) if benchmark.enabled else alone
    print(
        f"\nseconds a configuration: alone {alone:.3f}, together {each:.3f} ({alone / each:.1f}x)"
    )
    assert not benchmark.enabled or alone > 1.5 * each
