"""Measurements of time: latency as a report took it, and the duration of whole searches."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moo_jsc.foundation.threads import one_thread
from moo_jsc.objectives import get_objectives
from moo_jsc.objectives.latency_protocol import LatencySettings, time_rounds
from moo_jsc.problems.precision import PRECISION_SPACES
from moo_jsc.samplers import get_samplers
from studies.lab_reports.claims import Arrays
from studies.lab_reports.protocols import LOOP_BATCH, LOOP_BATCHES, SEARCH_JETS, drawn_rows
from studies.lab_reports.searching import NO_TRIAL, timed_search
from studies.lab_reports.spaces import GRID, TYPES, few_jets, precisions

if TYPE_CHECKING:
    from moo_jsc.data import Dataset
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.problems.space import SearchSpace
    from moo_jsc.samplers import Evaluate
    from studies.lab_reports.workshop import Workshop

TIMED_SEARCHERS = ("optuna-tpe", "optuna-brute-force")
ROUNDS = 40


def summed_latency(shop: Workshop) -> Arrays:
    """Time every configuration as the report's loop does, twice a seed.

    `time.time` around the forward call only, in a loop over batches; the differences added up.

    Returns
    -------
    Arrays
        ``milliseconds`` (n, 2, 18): for each seed two measurements of all configurations, one
        after the other.
    """
    import torch

    from moo_jsc.quantization.network import QuantizedNetwork

    timings = np.zeros((shop.setting.seeds, 2, 18))
    with one_thread():
        for seed, network in zip(shop.seeds, shop.tiny_networks, strict=True):
            rows = drawn_rows(len(shop.jets.validation), LOOP_BATCH * LOOP_BATCHES, seed)
            batches = torch.from_numpy(shop.jets.validation.features[rows]).split(LOOP_BATCH)
            for repeat in range(2):
                for position, formats in enumerate(precisions(TYPES, network)):
                    quantized = QuantizedNetwork(network, formats)
                    for batch in batches:
                        started = time()
                        quantized(batch)
                        timings[seed, repeat, position] += 1e3 * (time() - started)
    return {"milliseconds": timings}


def search_seconds(shop: Workshop) -> Arrays:
    """Time whole searches that quantise and score 512 jets in every trial, one after another.

    Returns
    -------
    Arrays
        For each sampler ``<name>.seconds`` (n,) of each search, ``<name>.own`` (n, budget): the
        sampler's own seconds, evaluations left out, when each trial was done, `NO_TRIAL` where
        the search had ended; ``<name>.end`` (n,) the same at the end of the search, and
        ``<name>.trial`` (n,), the mean seconds of one evaluation.
    """
    space = PRECISION_SPACES[TYPES].search_space(TYPES, shop.tiny_networks[0].spec)
    objectives = get_objectives(("accuracy", "loss", "average-bitwidth"))
    seeds, budget = shop.setting.seeds, shop.setting.budget
    arrays = {}
    for name in TIMED_SEARCHERS:
        for key in ("seconds", "end", "trial"):
            arrays[f"{name}.{key}"] = np.empty(seeds)
        arrays[f"{name}.own"] = np.full((seeds, budget), float(NO_TRIAL))
    with one_thread():
        for seed, network in zip(shop.seeds, shop.tiny_networks, strict=True):
            score = _scorer(network, few_jets(shop.jets, SEARCH_JETS, seed), space)
            for sampler in get_samplers(TIMED_SEARCHERS):
                timed = timed_search(sampler, space, objectives, score, seed=seed, budget=budget)
                trials = len(timed.own)
                arrays[f"{sampler.name}.seconds"][seed] = timed.seconds
                arrays[f"{sampler.name}.own"][seed, :trials] = timed.own
                arrays[f"{sampler.name}.end"][seed] = timed.seconds - timed.evaluating
                arrays[f"{sampler.name}.trial"][seed] = timed.evaluating / trials
    return arrays


def _scorer(network: Classifier, jets: Dataset, space: SearchSpace) -> Evaluate:
    """Return an `evaluate` that quantises and scores one configuration after another."""
    import torch
    from torch.nn import functional

    from moo_jsc.networks.classifier import predict
    from moo_jsc.quantization.network import QuantizedNetwork

    features = torch.from_numpy(jets.validation.features)
    labels = torch.from_numpy(jets.validation.labels)
    formats = precisions(TYPES, network)

    def score(configurations: NDArray[np.int64]) -> NDArray[np.float64]:
        values = []
        for index in space.indices(configurations):
            logits = QuantizedNetwork(network, formats[index])(features)
            right = float((predict(logits) == labels).double().mean())
            loss = float(functional.cross_entropy(logits, labels))
            values.append([right, loss, float(formats[index][0].weight_width)])
        return np.array(values)

    return score


def precision_latency(shop: Workshop) -> Arrays:
    """Time the narrowest and the widest formats of lab3-grid by interleaved rounds.

    Returns
    -------
    Arrays
        ``milliseconds`` (rounds, 2) of a batch of 1024: at 4 bits, at 16 bits.
    """
    from moo_jsc.quantization.network import QuantizedNetwork

    network = shop.tiny_networks[0]
    formats = precisions(GRID, network)
    widths = [layer.data_width + layer.weight_width for (layer,) in formats]
    pair = [formats[int(np.argmin(widths))], formats[int(np.argmax(widths))]]
    rounds, _ = time_rounds(
        [QuantizedNetwork(network, chosen) for chosen in pair],
        [network.spec.linear_layers[0].inputs] * 2,
        LatencySettings(rounds=ROUNDS),
    )
    return {"milliseconds": rounds}
