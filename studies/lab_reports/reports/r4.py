"""Report R4: quantised size and BitOPs, post-training quantisation, precision, widths."""

from __future__ import annotations

import numpy as np

from studies.lab_reports import rules
from studies.lab_reports.claims import (
    Claim,
    Judgment,
    Measured,
    Measurements,
)
from studies.lab_reports.figures import stated, stated_list
from studies.lab_reports.picks import RULE
from studies.lab_reports.quantizing import harmless, inversely_proportional
from studies.lab_reports.report import StatedRow, described
from studies.lab_reports.widening import doubled, grid_search, independent, untrained

WIDEST = 0.25
"""A range of accuracies wider than this excludes hardly any trained network."""

NOTICEABLE = 0.05
"""A latency that grows by more than 5 %."""


_GRID = "jsc-tiny with a final ReLU, 16 configurations of lab3-grid"


def pretrained(data: Measurements) -> Judgment:
    """Compare the float network's accuracy with the stated one."""
    accuracy, plain = data["grid"]["float accuracy"], data["grid"]["plain accuracy"]
    dead = data["grid"]["dead classes"]
    said = stated("R4.pretrained_accuracy")
    measured = rules.range_of("accuracy of one further network", accuracy)
    without = rules.range_of("the same without the final ReLU", plain)
    return Judgment(
        rules.predicted([said], accuracy, WIDEST),
        (measured, without, rules.mean_of("networks with a dead class", dead > 0)),
        f"Networks trained from other seeds reach {accuracy.min():.3f} to {accuracy.max():.3f}, "
        f"without the final ReLU {plain.min():.3f} to {plain.max():.3f} (it leaves "
        f"{np.count_nonzero(dead)} of {len(dead)} with a class that is 0 for every jet); the "
        f"report's reached {said:g}.",
    )


def quantized_size(data: Measurements) -> Judgment:
    """Compare the sizes with the stated ones."""
    return _two_precisions(data, "quantised size", "R4.size", "bytes")


def bitops(data: Measurements) -> Judgment:
    """Compare the BitOPs with the stated ones."""
    return _two_precisions(data, "bitops", "R4.bitops", "bit op")


def _two_precisions(data: Measurements, name: str, figures: str, unit: str) -> Judgment:
    measured, said = data["exact"][name], stated_list(figures)
    at = ("at 8/8/8 bits", "at 4/2/2 bits")
    return Judgment(
        rules.exact(said, measured),
        tuple(Measured(w, value, unit) for w, value in zip(at, measured, strict=True)),
        f"The count gives {' and '.join(f'{v:g}' for v in measured)}, the report states "
        f"{' and '.join(f'{v:g}' for v in said)}.",
    )


def flops(data: Measurements) -> Judgment:
    """Compare the FLOPs with the stated ones."""
    measured, said = data["exact"]["flops at run time"], stated_list("R4.flops")
    return Judgment(
        rules.exact(said, measured),
        tuple(
            Measured(f"at batch {batch}", value, "FLOP")
            for batch, value in zip((1, 8), measured, strict=True)
        ),
        f"The count gives {' and '.join(f'{v:g}' for v in measured)}, the report states "
        f"{' and '.join(f'{v:g}' for v in said)}.",
    )


def grid_size(data: Measurements) -> Judgment:
    """Compare the number of configurations."""
    (size,) = data["exact"]["grid size"]
    return Judgment(
        rules.exact(stated("R4.grid_size"), size),
        (Measured("configurations", size),),
        f"The grid has {size:g} configurations.",
    )


def accuracy_improves(data: Measurements) -> Judgment:
    """Ask whether accuracy rises with precision."""
    return _improves(data, "accuracy", 1.0)


def loss_improves(data: Measurements) -> Judgment:
    """Ask whether loss falls with precision."""
    return _improves(data, "loss", -1.0)


def _improves(data: Measurements, metric: str, sign: float) -> Judgment:
    grid = data["grid"]
    bits = np.broadcast_to(grid["data width"] + grid["weight width"], grid[metric].shape)
    tau = rules.rank_correlations(bits, sign * grid[metric])
    measured = rules.mean_of(f"Kendall's tau of {metric} and total width", tau, bounds=rules.TAU)
    widest, narrowest = bits[0].argmax(), bits[0].argmin()
    gain = sign * (grid[metric][:, widest] - grid[metric][:, narrowest])
    unit = "1" if metric == "accuracy" else "nats"
    gained = rules.mean_of("gain from 4 to 16 bits", gain, unit)
    return Judgment(
        rules.mean_above(tau, 0),
        (measured, gained),
        f"Better with more bits with tau = {measured.value:.2f}; from 4 to 16 bits the gain is "
        f"{gained.value:.3f}.",
    )


def size_grows(data: Measurements) -> Judgment:
    """Ask whether every wider configuration is larger."""
    return _grows(data, "size-report", "size")


def bitops_grow(data: Measurements) -> Judgment:
    """Ask whether every wider configuration has more BitOPs."""
    return _grows(data, "bitops-report", "BitOPs")


def _grows(data: Measurements, objective: str, name: str) -> Judgment:
    grid = data["grid"]
    widths = np.column_stack([grid["data width"], grid["weight width"]])
    wider = (widths[:, None] >= widths[None]).all(axis=2) & (widths[:, None] > widths[None]).any(
        axis=2
    )
    values = grid[objective]
    grows = values[:, None] > values[None]
    share = float(grows[wider].mean())
    return Judgment(
        rules.exact(1, share),
        (Measured(f"wider pairs with a larger {name}", share),),
        f"Of {int(wider.sum())} pairs in which one configuration is wider, {share:.0%} have a "
        f"larger {name}.",
    )


def latency_grows(data: Measurements) -> Judgment:
    """Compare the latency of the widest formats with that of the narrowest."""
    narrow, wide = data["precision-latency"]["milliseconds"].T
    relative = wide / narrow - 1
    measured = rules.mean_of("16 bits over 4 bits, minus 1", relative)
    verdict = rules.mean_above(relative, NOTICEABLE)
    return Judgment(
        verdict,
        (measured, rules.mean_of("4 bits, batch of 1024", narrow, "ms")),
        f"Timed in interleaved rounds, 16 bits take {abs(measured.value):.2%} "
        f"{'more' if measured.value > 0 else 'less'} time than 4 bits: the format is simulated in "
        f"float32.",
    )


def brute_force_best(data: Measurements) -> Judgment:
    """Compare what the best configuration loses against float with what the report's lost."""
    grid = data["grid"]
    lost = grid["float accuracy"] - grid["accuracy as reported"].max(axis=1)
    truly = grid["float accuracy"] - grid["accuracy"].max(axis=1)
    said = [stated("R4.pretrained_accuracy") - best for best in stated_list("R4.brute_force_best")]
    measured = rules.range_of("float minus best of a run, as reported", lost)
    return Judgment(
        rules.predicted(said, lost, WIDEST),
        (
            measured,
            rules.range_of("the same rightly scored", truly),
            rules.range_of("best accuracy of a run", grid["accuracy as reported"].max(axis=1)),
        ),
        f"The report's best trials are {said[1]:.3f} to {said[0]:.3f} below its float network; one "
        f"further run of ours would report {measured.low:+.3f} to {measured.high:+.3f}.",
    )


def accuracies(data: Measurements) -> tuple[StatedRow, ...]:
    """Return the accuracies that the report states, beside ours."""
    grid = data["grid"]
    return (
        StatedRow(
            "R4, float network",
            (stated("R4.pretrained_accuracy"),),
            None,
            rules.range_of("right", grid["float accuracy"]),
        ),
        StatedRow(
            "R4, brute force, best of 16",
            stated_list("R4.brute_force_best"),
            rules.range_of("as reported", grid["accuracy as reported"].max(axis=1)),
            rules.range_of("right", grid["accuracy"].max(axis=1)),
        ),
    )


_GROWS_RULE = "Reproduced when it holds for every pair in which one configuration is wider."
_FIRST, _SECOND, _THIRD = "Lab 3, part 1", "Lab 3, part 2", "Lab 3, parts 3, 4"
_WIDENING = "Lab4, parts 1-3"
_TRAINED = "jsc-three-linear with a final ReLU, 10 epochs, batch 512, Adam 0.001"

CLAIMS = (
    Claim(
        "R4.1",
        _SECOND,
        "the trained network has 51.30 %",
        "jsc-tiny with a final ReLU, 10 epochs, batch 512, Adam 0.001",
        "Reproduced when it lies in the 95 % prediction interval of one further network, not "
        "wider than 0.25; cannot be told apart when that is wider.",
        ("grid",),
        pretrained,
    ),
    Claim(
        "R4.2",
        _FIRST,
        "size: weights and biases at their widths, 17 data words for the batch norm: 134.0, 37.75",
        "jsc-tiny at 8/8/8 and 4/2/2 bits, bytes; a formula against the report's formula",
        "Reproduced when the counts equal the stated figures.",
        ("exact",),
        quantized_size,
    ),
    Claim(
        "R4.3",
        _FIRST,
        "BitOPs of the linear layer are 9960 and 1250",
        "jsc-tiny at 8/8/8 and 4/2/2 bits (data, weight, bias), one sample; a formula against the "
        "report's formula",
        "Reproduced when the counts equal the stated figures.",
        ("exact",),
        bitops,
    ),
    Claim(
        "R4.4",
        _FIRST,
        "metrics are computed for each of the 16 configurations",
        _GRID,
        "Reproduced when the grid has the stated number of configurations.",
        ("exact",),
        grid_size,
    ),
    Claim(
        "R4.5",
        _SECOND,
        "quantising after training does not compromise accuracy",
        f"{_GRID}, each against float, intervals for 16 comparisons at once",
        "Reproduced when the intervals of all mean changes lie within one point of accuracy; not "
        "reproduced when one lies outside.",
        ("grid",),
        harmless,
    ),
    Claim(
        "R4.6",
        _FIRST,
        "FLOPs of jsc-tiny are 230 at batch 1 and 1833 at batch 8 (batch norm: 8 n + 1)",
        "with the last ReLU; a formula against the report's formula",
        "Reproduced when the counts equal the stated figures.",
        ("exact",),
        flops,
    ),
    Claim(
        "R4.7",
        _SECOND,
        "accuracy improves with precision, though not obviously",
        _GRID,
        "Reproduced when the mean tau of accuracy and total width is above 0.",
        ("grid",),
        accuracy_improves,
    ),
    Claim(
        "R4.8",
        _SECOND,
        "loss improves with precision, though not obviously",
        _GRID,
        "Reproduced when the mean tau of falling loss and total width is above 0.",
        ("grid",),
        loss_improves,
    ),
    Claim("R4.9", _SECOND, "size grows with precision", _GRID, _GROWS_RULE, ("grid",), size_grows),
    Claim(
        "R4.10", _SECOND, "BitOPs grow with precision", _GRID, _GROWS_RULE, ("grid",), bitops_grow
    ),
    Claim(
        "R4.11",
        _SECOND,
        "latency grows with precision",
        "jsc-tiny, narrowest and widest formats of lab3-grid, interleaved rounds, one thread",
        "Reproduced when 16 bits take over 5 % longer than 4 bits; not reproduced when the "
        "interval lies at or below 5 %.",
        ("precision-latency",),
        latency_grows,
    ),
    Claim(
        "R4.12",
        _THIRD,
        "brute force's best trials have 47 to 48 %",
        f"{_GRID}, scored as the reports' search does",
        "As R4.1, for the distance of the best trials from the float network (51.3 %), which "
        "depends less on the trained network than the accuracy itself.",
        ("grid",),
        brute_force_best,
    ),
    Claim(
        "R4.13",
        _WIDENING,
        "the sizes are doubled",
        _TRAINED,
        "Reproduced when every hidden layer has twice the outputs; the gain is shown beside it.",
        ("exact", "trained-grid"),
        doubled,
    ),
    Claim(
        "R4.14",
        _WIDENING,
        "a grid search over multipliers 1 to 5, trained for 10 epochs, finds the best network",
        f"{_TRAINED}, 25 networks",
        RULE,
        ("trained-grid",),
        grid_search,
    ),
    Claim(
        "R4.15",
        _WIDENING,
        "independent multipliers a, b, c, d in 1 to 5 for outputs and inputs: 625 networks",
        "jsc-three-linear",
        "Reproduced when all points have shapes that fit.",
        ("exact",),
        independent,
    ),
    Claim(
        "R4.16",
        _WIDENING,
        "untrained networks say nothing about the multipliers",
        f"{_TRAINED}, 25 networks before and after training",
        "Reproduced when the mean tau of untrained and trained accuracy lies within 0.2 of 0.",
        ("trained-grid", "untrained-grid"),
        untrained,
    ),
    Claim(
        "R4.17",
        _SECOND,
        "accuracy and loss are inversely proportional",
        _GRID,
        "Reproduced when loss goes as accuracy to a power within 0.25 of -1 over the "
        "configurations of a network.",
        ("grid",),
        inversely_proportional,
    ),
)

REPORT = described("R4", CLAIMS, accuracies=accuracies, accuracies_need=("grid",))
