"""Training many networks together against one after another, measured in one run.

"One after another" is plain training of single modules: the framework's own layers and Adam on
batches that are sliced from tensors in memory. Each side gets its best number of threads, and
neither is scored after the epoch.
"""

import time

import pytest
import torch

from moo_jsc.data import Split
from moo_jsc.data.jets import load_jets
from moo_jsc.networks.classifier import initialized
from moo_jsc.networks.family import network_spec, widened_family
from moo_jsc.networks.grouping import grouped
from moo_jsc.networks.training import Schedule, batch_order, train_ensemble

THREADS = (1, 2)
SCHEDULE = Schedule(epochs=1, decay="none")
BASE = network_spec("jsc-three-linear")
WIDE = list(widened_family(BASE).values())


@pytest.fixture(scope="module")
def jets():
    return load_jets()


def one_alone(spec, jets):
    network = initialized(spec, 0).train()
    optimizer = torch.optim.Adam(network.parameters(), lr=SCHEDULE.learning_rate)
    features = torch.from_numpy(jets.train.features)
    labels = torch.from_numpy(jets.train.labels)
    order = torch.from_numpy(batch_order(0, 0, len(labels)))
    for rows in order.split(SCHEDULE.batch_size):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(features[rows]), labels[rows]).backward()
        optimizer.step()


def seconds(work, repeats):
    """Return the best time of `work` over repeats and numbers of threads."""
    best = float("inf")
    before = torch.get_num_threads()
    for threads in THREADS:
        torch.set_num_threads(threads)
        for _ in range(repeats):
            begun = time.perf_counter()
            work()
            best = min(best, time.perf_counter() - begun)
    torch.set_num_threads(before)
    return best


def padding_share(specs):
    """Return the share of multiplications spent on padding when the networks are one stack."""
    done = 0
    for dense in zip(*(spec.linear_layers for spec in specs), strict=True):
        widest = max(layer.inputs for layer in dense) * max(layer.outputs for layer in dense)
        done += len(specs) * widest
    return 1.0 - sum(spec.macs for spec in specs) / done


def grouped_padding(specs):
    """Return the share of multiplications spent on padding when trained in groups."""
    groups = [[specs[member] for member in group] for group in grouped(specs)]
    done = sum(sum(spec.macs for spec in g) / (1 - padding_share(g)) for g in groups)
    return 1 - sum(spec.macs for spec in specs) / done


@pytest.mark.parametrize(
    ("title", "specs"), [("25 widened networks", WIDE), ("300 narrow networks", [BASE] * 300)]
)
def test_together_against_one_after_another(benchmark, jets, title, specs):
    kinds = {spec.name: spec for spec in specs}
    alone = {name: seconds(lambda s=spec: one_alone(s, jets), 3) for name, spec in kinds.items()}
    one_after_another = sum(alone[spec.name] for spec in specs)
    seeds = list(range(len(specs)))

    unscored = Split(jets.validation.features[:1], jets.validation.labels[:1])

    def together():
        train_ensemble(specs, seeds, jets.train, unscored, SCHEDULE, progress=False)

    best = seconds(together, 2)
    benchmark.pedantic(together, rounds=1)
    ratio = one_after_another / best
    padding = grouped_padding(specs)
    benchmark.extra_info.update(ratio=ratio, padding=padding)
    print(
        f"\n{title}: together {best:.2f} s an epoch, one after another {one_after_another:.2f} s, "
        f"ratio {ratio:.1f}; padding {padding:.0%} of the multiplications in "
        f"{len(grouped(specs))} groups, {padding_share(specs):.0%} in one stack"
    )
