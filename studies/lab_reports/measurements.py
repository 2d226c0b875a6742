"""The measurements that the claims are judged by: named, independent, each kept when finished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from moo_jsc.foundation.processes import processes
from moo_jsc.networks.family import network_spec, widened
from moo_jsc.objectives import get_objectives
from moo_jsc.problems.precision import PRECISION_SPACES
from moo_jsc.quantization.formats import FixedPoint, LayerPrecision, half_fraction
from moo_jsc.samplers import get_samplers
from studies.lab_reports import command_line, counting, timing
from studies.lab_reports.claims import Arrays
from studies.lab_reports.figures import stated, stated_list
from studies.lab_reports.protocols import (
    AS_REPORTED,
    PROTOCOLS,
    SEARCH_JETS,
    WIDTH_FAULTS,
    drift,
    reported_accuracy,
    reported_bitwidth,
)
from studies.lab_reports.searching import run_searches
from studies.lab_reports.spaces import (
    GRID,
    LARGE,
    TYPES,
    dead_classes,
    few_jets,
    few_training_jets,
    float_accuracy,
    precisions,
    table,
)
from studies.lab_reports.workshop import Workshop

if TYPE_CHECKING:
    from moo_jsc.data import Dataset
    from moo_jsc.networks.classifier import Classifier

SEARCHERS = ("optuna-tpe", "optuna-brute-force", "optuna-random")
COSTS = ("average-bitwidth", "bitops-report", "size", "size-report", "flops-ptflops", "bitops-bops")


def type_tables(shop: Workshop) -> Arrays:
    """Score the 18 configurations of every seed's network, on all jets and on 512."""
    problem_jets = [(network, shop.jets) for network in shop.tiny_networks]
    few = [
        (network, few_jets(shop.jets, SEARCH_JETS, seed))
        for seed, network in zip(shop.seeds, shop.tiny_networks, strict=True)
    ]
    everything = np.array([table(TYPES, *pair, ("accuracy", "loss")) for pair in problem_jets])
    sampled = np.array([table(TYPES, *pair, ("accuracy", "loss")) for pair in few])
    trained_on = np.array(
        [
            reported_accuracy(
                replace(AS_REPORTED["the reports' search"], reset=True),
                network,
                precisions(TYPES, network),
                shop.jets,
                order=range(18),
                seed=seed,
            )
            for seed, network in zip(shop.seeds, shop.tiny_networks, strict=True)
        ]
    )
    few_trained_on = [
        (network, few_training_jets(shop.jets, SEARCH_JETS, seed))
        for seed, network in zip(shop.seeds, shop.tiny_networks, strict=True)
    ]
    loss_on = np.array([table(TYPES, *pair, ("loss",))[:, 0] for pair in few_trained_on])
    costs = table(TYPES, shop.tiny_networks[0], shop.jets, COSTS)
    return {
        "accuracy": everything[:, :, 0],
        "loss": everything[:, :, 1],
        "accuracy of 512": sampled[:, :, 0],
        "loss of 512": sampled[:, :, 1],
        "accuracy as searched": trained_on,
        "loss as searched": loss_on,
        **{name: costs[:, column] for column, name in enumerate(COSTS)},
    }


def grid_tables(shop: Workshop) -> Arrays:
    """Score the 16 configurations of every seed's network, and the float networks."""
    values = np.array(
        [table(GRID, net, shop.jets, ("accuracy", "loss")) for net in shop.tiny_networks]
    )
    costs = table(GRID, shop.tiny_networks[0], shop.jets, COSTS)
    formats = precisions(GRID, shop.tiny_networks[0])
    plain = shop.trained([network_spec("jsc-tiny")], shop.seeds)
    orders = [np.random.default_rng(seed).permutation(len(formats)) for seed in shop.seeds]
    as_searched = [
        reported_accuracy(
            AS_REPORTED["the reports' search"], network, formats, shop.jets, order=order, seed=seed
        )
        for network, order, seed in zip(shop.tiny_networks, orders, shop.seeds, strict=True)
    ]
    return {
        "accuracy": values[:, :, 0],
        "loss": values[:, :, 1],
        "float accuracy": np.array([float_accuracy(net, shop.jets) for net in shop.tiny_networks]),
        "dead classes": np.array([dead_classes(net, shop.jets) for net in shop.tiny_networks]),
        "plain accuracy": np.array([float_accuracy(net, shop.jets) for net in plain]),
        "accuracy as reported": np.array(as_searched),
        "data width": np.array([layer.data_width for (layer,) in formats]),
        "weight width": np.array([layer.weight_width for (layer,) in formats]),
        "fraction": np.array([layer.weight.fraction for (layer,) in formats if layer.weight]),
        "data fraction": np.array([layer.data.fraction for (layer,) in formats if layer.data]),
        **{name: costs[:, column] for column, name in enumerate(COSTS)},
    }


def protocol_tables(shop: Workshop) -> Arrays:
    """Report the 18 configurations by every protocol, in a new order of visits for each seed.

    Returns
    -------
    Arrays
        For each name in `PROTOCOLS` the reported accuracies (n, 18); ``second run`` reports as
        the reports' search does when it is started again; ``order`` (n, 18) the visits; ``before
        drift`` and ``after drift`` (n,) see `studies.lab_reports.protocols.drift`.
    """
    from joblib import delayed

    rows = processes(shop.workers, max_nbytes=None)(
        delayed(_reported_by_all)(network, shop.jets, seed, len(shop.seeds) + seed)
        for seed, network in zip(shop.seeds, shop.tiny_networks, strict=True)
    )
    return {key: np.array([row[key] for row in rows]) for key in rows[0]}


def _reported_by_all(network: Classifier, jets: Dataset, seed: int, again: int) -> Arrays:
    formats = precisions(TYPES, network)
    first, second = (np.random.default_rng(s).permutation(len(formats)) for s in (seed, again))
    reported = {
        name: reported_accuracy(protocol, network, formats, jets, order=first, seed=seed)
        for name, protocol in PROTOCOLS.items()
    }
    search = AS_REPORTED["the reports' search"]
    before, after = drift(network, formats, jets, seed=seed)
    return {
        **reported,
        "second run": reported_accuracy(search, network, formats, jets, order=second, seed=again),
        "order": first,
        "before drift": np.array(before),
        "after drift": np.array(after),
    }


def width_tables(_: Workshop) -> Arrays:
    """Report the average bitwidth of networks with some layers in float, rightly and not."""
    spec = network_spec("jsc-three-linear", final_relu=True)
    options = (None, *(FixedPoint(w, half_fraction(w)) for w in (2, 4, 8)))
    designs = [
        tuple(LayerPrecision(weight=fmt) for fmt in choice) for choice in product(options, repeat=3)
    ]
    return {
        fault: np.array([reported_bitwidth(spec, design, fault) for design in designs])
        for fault in ("none", *WIDTH_FAULTS)
    }


def pair_searches(shop: Workshop) -> Arrays:
    """Search the 18 configurations for accuracy and average bitwidth, scored rightly."""
    return _type_searches(shop, ("accuracy of 512", "average-bitwidth"))


def loss_searches(shop: Workshop) -> Arrays:
    """Search the 18 configurations for accuracy, loss and average bitwidth, scored rightly."""
    return _type_searches(shop, ("accuracy of 512", "loss of 512", "average-bitwidth"))


def never_reset_searches(shop: Workshop) -> Arrays:
    """Search as `loss_searches`, with accuracy and loss reported as running means."""
    names = ("accuracy of 512", "loss of 512", "average-bitwidth")
    return _type_searches(shop, names, never_reset=(0, 1))


def reported_searches(shop: Workshop) -> Arrays:
    """Search for accuracy and average bitwidth with the faults of the reports' search."""
    return _type_searches(shop, ("accuracy as searched", "average-bitwidth"), never_reset=(0,))


def hardware_searches(shop: Workshop) -> Arrays:
    """Search for accuracy, average bitwidth, FLOPs and BitOPs, scored rightly."""
    names = ("accuracy of 512", "average-bitwidth", "flops-ptflops", "bitops-report")
    return _type_searches(shop, names)


def large_searches(shop: Workshop) -> Arrays:
    """Search 1728 configurations of three dense layers for accuracy minus loss.

    Latency belongs to the architecture, which is the same for all: it adds a constant to the
    reports' score and is left out.
    """
    values = np.array(
        [
            table(LARGE, network, few_jets(shop.jets, SEARCH_JETS, seed), ("accuracy", "loss"))
            for seed, network in zip(shop.seeds, shop.deep_networks, strict=True)
        ]
    )
    score = values[:, :, :1] - values[:, :, 1:]
    space = PRECISION_SPACES[LARGE].search_space(LARGE, shop.deep_networks[0].spec)
    objective = get_objectives(("accuracy",))
    runs = run_searches(
        get_samplers(SEARCHERS),
        space,
        objective,
        score,
        budget=shop.setting.budget,
        workers=shop.workers,
    )
    scores = score[:, :, 0]
    found = {
        f"{name}.score": np.take_along_axis(scores, runs[f"{name}.trials"].astype(int), axis=1)
        for name in SEARCHERS
    }
    return {**found, "best": scores.max(axis=1), "median": np.median(scores, axis=1)}


def trained_search(shop: Workshop) -> Arrays:
    """Train every combination of the multipliers 1, 2, 4, 8 for 3 epochs."""
    return _multiplier_search(shop, stated_list("R2.multiplier_choices"), stated("R2.epochs"))


def trained_grid(shop: Workshop) -> Arrays:
    """Train every combination of the multipliers 1 to 5 for 10 epochs."""
    return _multiplier_search(shop, stated_list("R4.multiplier_choices"), stated("R4.epochs"))


def untrained_grid(shop: Workshop) -> Arrays:
    """Score the networks of `trained_grid` before any training, with the same seeds."""
    from moo_jsc.networks.classifier import initialized

    choices = [int(value) for value in stated_list("R4.multiplier_choices")]
    base = network_spec("jsc-three-linear", final_relu=True)
    specs = [widened(base, pair) for pair in product(choices, repeat=2)]
    seeds = range(shop.setting.training_seeds)
    scores = [
        [float_accuracy(initialized(spec, seed).eval(), shop.jets) for spec in specs]
        for seed in seeds
    ]
    return {"accuracy": np.array(scores)}


MEASUREMENTS: dict[str, Callable[[Workshop], Arrays]] = {
    "exact": counting.exact_numbers,
    "types": type_tables,
    "grid": grid_tables,
    "protocols": protocol_tables,
    "widths": width_tables,
    "pair-searches": pair_searches,
    "loss-searches": loss_searches,
    "never-reset-searches": never_reset_searches,
    "reported-searches": reported_searches,
    "hardware-searches": hardware_searches,
    "large-searches": large_searches,
    "trained-search": trained_search,
    "trained-grid": trained_grid,
    "untrained-grid": untrained_grid,
    "command-line-search": command_line.searched,
    "summed-latency": timing.summed_latency,
    "search-seconds": timing.search_seconds,
    "precision-latency": timing.precision_latency,
}
"""Every measurement by name, in order of computation."""


def _type_searches(
    shop: Workshop, columns: tuple[str, ...], never_reset: tuple[int, ...] = ()
) -> Arrays:
    """Run the searchers on some columns of `type_tables`."""
    tables = shop.piece("types", type_tables)
    seeds = shop.setting.seeds
    values = np.stack([np.broadcast_to(tables[name], (seeds, 18)) for name in columns], axis=-1)
    objectives = get_objectives(tuple(_OBJECTIVE_OF.get(name, name) for name in columns))
    space = PRECISION_SPACES[TYPES].search_space(TYPES, network_spec("jsc-tiny"))
    return run_searches(
        get_samplers(SEARCHERS),
        space,
        objectives,
        values,
        budget=shop.setting.budget,
        workers=shop.workers,
        never_reset=never_reset,
    )


_OBJECTIVE_OF = {
    "accuracy of 512": "accuracy",
    "loss of 512": "loss",
    "accuracy as searched": "accuracy-macro",
}


def _multiplier_search(shop: Workshop, choices: tuple[float, ...], epochs: float) -> Arrays:
    base = network_spec("jsc-three-linear", final_relu=True)
    pairs = [(int(a), int(c)) for a, c in product(choices, repeat=2)]
    seeds = range(shop.setting.training_seeds)
    networks = shop.trained([widened(base, pair) for pair in pairs], seeds, epochs=int(epochs))
    accuracy = np.array([float_accuracy(network, shop.jets) for network in networks])
    return {
        "multipliers": np.array(pairs),
        "accuracy": accuracy.reshape(len(pairs), len(seeds)).T,
        "parameters": np.array([widened(base, pair).parameters for pair in pairs]),
    }
