"""Report R4: quantised size and BitOPs, post-training quantisation, precision, widths."""

from __future__ import annotations

import numpy as np

from studies.lab_reports import rules
from studies.lab_reports.claims import Claim, Judgement, Measured, Measurements
from studies.lab_reports.figures import stated, stated_list
from studies.lab_reports.picks import RULE, judge_picks

WIDEST = 0.25
"""A range of accuracies wider than this excludes hardly any trained network."""

HARMLESS = 0.01
"""A loss of accuracy of one point."""

NOTICEABLE = 0.01
"""A latency that grows by more than 1 %."""

_GRID = "jsc-tiny with a final ReLU, 16 configurations of lab3-grid"


def pretrained(data: Measurements) -> Judgement:
    """Compare the float network's accuracy with the stated one."""
    accuracy, plain = data["grid"]["float accuracy"], data["grid"]["plain accuracy"]
    dead = data["grid"]["dead classes"]
    said = stated("R4.pretrained_accuracy")
    measured = rules.range_of("accuracy of one further network", accuracy)
    without = rules.range_of("the same without the final ReLU", plain)
    return Judgement(
        rules.predicted([said], accuracy, WIDEST),
        (measured, without, rules.mean_of("networks with a dead class", dead > 0)),
        f"Networks trained from other seeds reach {accuracy.min():.3f} to {accuracy.max():.3f}, "
        f"without the final ReLU {plain.min():.3f} to {plain.max():.3f} (it leaves "
        f"{np.count_nonzero(dead)} of {len(dead)} with a class that is 0 for every jet); the "
        f"report's reached {said:g}.",
    )


def quantised_size(data: Measurements) -> Judgement:
    """Compare the sizes with the stated ones."""
    return _two_precisions(data, "quantised size", "R4.size", "bytes")


def bitops(data: Measurements) -> Judgement:
    """Compare the BitOPs with the stated ones."""
    return _two_precisions(data, "bitops", "R4.bitops", "bit op")


def _two_precisions(data: Measurements, name: str, figures: str, unit: str) -> Judgement:
    measured, said = data["exact"][name], stated_list(figures)
    at = ("at 8/8/8 bits", "at 4/2/2 bits")
    return Judgement(
        rules.exact(said, measured),
        tuple(Measured(w, value, unit) for w, value in zip(at, measured, strict=True)),
        f"The count gives {' and '.join(f'{v:g}' for v in measured)}, the report states "
        f"{' and '.join(f'{v:g}' for v in said)}.",
    )


def grid_size(data: Measurements) -> Judgement:
    """Compare the number of configurations."""
    (size,) = data["exact"]["grid size"]
    return Judgement(
        rules.exact(stated("R4.grid_size"), size),
        (Measured("configurations", size),),
        f"The grid has {size:g} configurations.",
    )


def harmless_at(width: int, fraction: int, data: Measurements) -> Judgement:
    """Compare the accuracy of weights and data in one format with the float network's."""
    grid = data["grid"]
    chosen = (
        (grid["data width"] == width)
        & (grid["weight width"] == width)
        & (grid["fraction"] == fraction)
        & (grid["data fraction"] == fraction)
    )
    (column,) = np.flatnonzero(chosen)
    lost = grid["accuracy"][:, column] - grid["float accuracy"]
    float_bits, bits = 32 * 117, 8 * grid["size-report"][column]
    measured = rules.mean_of("accuracy minus float", lost)
    return Judgement(
        rules.within(lost, HARMLESS),
        (measured, Measured("size", float(bits / 8), "bytes")),
        f"At ({width}, {fraction}) the accuracy changes by {measured.value:+.3f}, the size from "
        f"{float_bits / 8:g} to {bits / 8:g} bytes.",
    )


def harmless_at_eight(data: Measurements) -> Judgement:
    """See `harmless_at`."""
    return harmless_at(8, 4, data)


def harmless_at_four(data: Measurements) -> Judgement:
    """See `harmless_at`."""
    return harmless_at(4, 2, data)


def accuracy_improves(data: Measurements) -> Judgement:
    """Ask whether accuracy rises with precision."""
    return _improves(data, "accuracy", 1.0)


def loss_improves(data: Measurements) -> Judgement:
    """Ask whether loss falls with precision."""
    return _improves(data, "loss", -1.0)


def _improves(data: Measurements, metric: str, sign: float) -> Judgement:
    grid = data["grid"]
    bits = np.broadcast_to(grid["data width"] + grid["weight width"], grid[metric].shape)
    tau = rules.rank_correlations(bits, sign * grid[metric])
    measured = rules.mean_of(f"Kendall's tau of {metric} and total width", tau)
    widest, narrowest = bits[0].argmax(), bits[0].argmin()
    gain = sign * (grid[metric][:, widest] - grid[metric][:, narrowest])
    unit = "1" if metric == "accuracy" else "nats"
    gained = rules.mean_of("gain from 4 to 16 bits", gain, unit)
    return Judgement(
        rules.mean_above(tau, 0),
        (measured, gained),
        f"Better with more bits with tau = {measured.value:.2f}; from 4 to 16 bits the gain is "
        f"{gained.value:.3f}.",
    )


def size_grows(data: Measurements) -> Judgement:
    """Ask whether every wider configuration is larger."""
    return _grows(data, "size-report", "size")


def bitops_grow(data: Measurements) -> Judgement:
    """Ask whether every wider configuration has more BitOPs."""
    return _grows(data, "bitops-report", "BitOPs")


def _grows(data: Measurements, objective: str, name: str) -> Judgement:
    grid = data["grid"]
    widths = np.column_stack([grid["data width"], grid["weight width"]])
    wider = (widths[:, None] >= widths[None]).all(axis=2) & (widths[:, None] > widths[None]).any(
        axis=2
    )
    values = grid[objective]
    grows = values[:, None] > values[None]
    share = float(grows[wider].mean())
    return Judgement(
        rules.exact(1, share),
        (Measured(f"wider pairs with a larger {name}", share),),
        f"Of {int(wider.sum())} pairs in which one configuration is wider, {share:.0%} have a "
        f"larger {name}.",
    )


def latency_grows(data: Measurements) -> Judgement:
    """Compare the latency of the widest formats with that of the narrowest."""
    narrow, wide = data["precision-latency"]["milliseconds"].T
    relative = wide / narrow - 1
    measured = rules.mean_of("16 bits over 4 bits, minus 1", relative)
    return Judgement(
        rules.mean_above(relative, NOTICEABLE),
        (measured, rules.mean_of("4 bits, batch of 1024", narrow, "ms")),
        f"Timed in interleaved rounds, 16 bits take {abs(measured.value):.2%} "
        f"{'more' if measured.value > 0 else 'less'} time than 4 bits: the format is simulated in "
        f"float32.",
    )


def brute_force_best(data: Measurements) -> Judgement:
    """Compare what the best configuration loses against float with what the report's lost."""
    grid = data["grid"]
    lost = grid["float accuracy"] - grid["accuracy as reported"].max(axis=1)
    truly = grid["float accuracy"] - grid["accuracy"].max(axis=1)
    said = [stated("R4.pretrained_accuracy") - best for best in stated_list("R4.brute_force_best")]
    measured = rules.range_of("float minus best of a run, as reported", lost)
    return Judgement(
        rules.predicted(said, lost, WIDEST),
        (
            measured,
            rules.range_of("the same rightly scored", truly),
            rules.range_of("best accuracy of a run", grid["accuracy as reported"].max(axis=1)),
        ),
        f"The report's best trials are {said[1]:.3f} to {said[0]:.3f} below its float network; one "
        f"further run of ours would report {measured.low:+.3f} to {measured.high:+.3f}.",
    )


def doubled(data: Measurements) -> Judgement:
    """Compare the accuracy of doubled widths with that of the plain network."""
    trained, (before, after, _) = data["trained-grid"], data["exact"]["parameters"]
    pairs = trained["multipliers"]
    column = int(np.flatnonzero((pairs == 2).all(axis=1))[0])
    gain = trained["accuracy"][:, column] - trained["accuracy"][:, 0]
    measured = rules.mean_of("accuracy of (2, 2) minus (1, 1)", gain)
    return Judgement(
        rules.mean_above(gain, 0),
        (measured, Measured("parameters", after)),
        f"Doubling takes the parameters from {before:g} to {after:g} and changes the accuracy by "
        f"{measured.value:+.3f} after 10 epochs.",
    )


def grid_search(data: Measurements) -> Judgement:
    """Ask how often two trainings pick the same multipliers."""
    return judge_picks(data["trained-grid"])


def independent(data: Measurements) -> Judgement:
    """Count the independent multipliers that make a network."""
    valid, total = data["exact"]["independent shapes"]
    said = stated("R4.independent_shapes")
    return Judgement(
        rules.exact([said, said], [valid, total]),
        (Measured("networks that exist", valid), Measured("points", total)),
        f"{valid:g} of {total:g} points have shapes that fit: those with a = b and c = d.",
    )


_HARMLESS_RULE = (
    "Reproduced when the interval of the mean change lies within one point of accuracy; not "
    "reproduced when it lies outside."
)
_GROWS_RULE = "Reproduced when it holds for every pair in which one configuration is wider."

CLAIMS = (
    Claim(
        "R4.1",
        "the trained float network reaches 51.30 %",
        "jsc-tiny with a final ReLU, 10 epochs, batch 512, Adam 0.001",
        "Reproduced when it lies in the 95 % prediction interval of one further network, not "
        "wider than 0.25; cannot be told apart when that is wider.",
        ("grid",),
        pretrained,
    ),
    Claim(
        "R4.2",
        "quantised sizes are 134.0 and 37.75 bytes",
        "jsc-tiny, weights and biases at their widths, batch norm at data width",
        "Reproduced when the counts equal the stated figures.",
        ("exact",),
        quantised_size,
    ),
    Claim(
        "R4.3",
        "BitOPs of the linear layer are 9960 and 1250",
        "jsc-tiny at 8/8/8 and 4/2/2 bits (data, weight, bias), one sample",
        "Reproduced when the counts equal the stated figures.",
        ("exact",),
        bitops,
    ),
    Claim(
        "R4.4",
        "metrics for each of the 16 configurations",
        _GRID,
        "Reproduced when the grid has the stated number of configurations.",
        ("exact",),
        grid_size,
    ),
    Claim(
        "R4.5",
        "post-training quantisation does not compromise accuracy: 8 bits",
        f"{_GRID}, (8, 4) against float",
        _HARMLESS_RULE,
        ("grid",),
        harmless_at_eight,
    ),
    Claim(
        "R4.6",
        "post-training quantisation does not compromise accuracy: 4 bits",
        f"{_GRID}, (4, 2) against float",
        _HARMLESS_RULE,
        ("grid",),
        harmless_at_four,
    ),
    Claim(
        "R4.7",
        "accuracy improves with precision, though not obviously",
        _GRID,
        "Reproduced when the mean tau of accuracy and total width is above 0.",
        ("grid",),
        accuracy_improves,
    ),
    Claim(
        "R4.8",
        "loss improves with precision, though not obviously",
        _GRID,
        "Reproduced when the mean tau of falling loss and total width is above 0.",
        ("grid",),
        loss_improves,
    ),
    Claim("R4.9", "size grows with precision", _GRID, _GROWS_RULE, ("grid",), size_grows),
    Claim("R4.10", "BitOPs grow with precision", _GRID, _GROWS_RULE, ("grid",), bitops_grow),
    Claim(
        "R4.11",
        "latency grows with precision",
        "jsc-tiny, narrowest and widest formats of lab3-grid, interleaved rounds, one thread",
        "Reproduced when 16 bits take over 1 % longer than 4 bits; not reproduced when the "
        "interval lies at or below 1 %.",
        ("precision-latency",),
        latency_grows,
    ),
    Claim(
        "R4.12",
        "brute force's best trials reach 47 to 48 %",
        f"{_GRID}, scored as the reports' search does",
        "As R4.1, for the distance of the best trials from the float network (51.3 %), which "
        "depends less on the trained network than the accuracy itself.",
        ("grid",),
        brute_force_best,
    ),
    Claim(
        "R4.13",
        "doubling the widths helps (implied)",
        "jsc-three-linear with a final ReLU, 10 epochs, batch 512, Adam 0.001",
        "Reproduced when the mean gain over trainings is above 0.",
        ("exact", "trained-grid"),
        doubled,
    ),
    Claim(
        "R4.14",
        "grid search over multipliers 1 to 5 finds the best network",
        "jsc-three-linear with a final ReLU, 25 networks, 10 epochs, batch 512, Adam 0.001",
        RULE,
        ("trained-grid",),
        grid_search,
    ),
    Claim(
        "R4.15",
        "independent multipliers a, b, c, d in 1..5 make 625 networks",
        "jsc-three-linear",
        "Reproduced when all points have shapes that fit.",
        ("exact",),
        independent,
    ),
)
