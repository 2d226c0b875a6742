"""The network that is built of a finished design: that of the seed best on the validation split.

Chosen on the validation split and scored on the test split, so that its accuracy there owes
nothing to the choice among seeds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studies.finishing.outcomes import RESAMPLES, limits, luts, smallest_at

if TYPE_CHECKING:
    import pandas as pd

    from studies.finishing.chosen import Chosen
    from studies.finishing.training import Measured


@dataclass(frozen=True)
class Built:
    """One network of each of n designs.

    Attributes
    ----------
    places
        Of its seed, (n,).
    validation, test
        Its accuracies, (n,).
    tests
        That on the test split in r resamples of jets, (r, n).
    lut
        Of its whole trace, (n,).
    """

    places: NDArray[np.int64]
    validation: NDArray[np.float64]
    test: NDArray[np.float64]
    tests: NDArray[np.float64]
    lut: NDArray[np.float64]


def built(found: Measured, *, resamples: int = RESAMPLES, seed: int = 0) -> Built:
    """Take of each design the network that is best on the validation split (of equals, the first).

    Resamples share their jets over all designs.
    """
    validation = found.correct["finished", "validation"].mean(axis=2)
    places = validation.argmax(axis=1)
    each = np.arange(len(places))
    right = found.correct["finished", "test"][each, places]
    jets = right.shape[1]
    rng = np.random.default_rng(seed)
    shares = right.astype(np.float32)
    tests = np.stack(
        [
            shares @ np.bincount(rng.integers(jets, size=jets), minlength=jets).astype(np.float32)
            for _ in range(resamples)
        ]
    )
    return Built(
        places,
        validation[each, places],
        right.mean(axis=1),
        tests / jets,
        luts(found.terms)[each, places],
    )


def built_table(chosen: Chosen, networks: Built, seeds: Sequence[int]) -> pd.DataFrame:
    """Return one row for each design's network, accuracies in percent.

    Parameters
    ----------
    chosen, networks
        The designs and their networks.
    seeds
        Of all trainings, by place.
    """
    import pandas as pd

    spans = [limits(column) for column in networks.tests.T]
    return pd.DataFrame(
        {
            "design": chosen.numbers.astype(str),
            "seed": [str(seeds[place]) for place in networks.places],
            "validation, %": [f"{100 * share:.2f}" for share in networks.validation],
            "test, %": [f"{100 * share:.2f}" for share in networks.test],
            "95 %": [f"{100 * low:.2f} to {100 * high:.2f}" for low, high in spans],
            "LUTs, whole trace": [f"{count:,.0f}" for count in networks.lut],
        }
    )


Cheapest = dict[tuple[float, str], int | None]
"""Places of the least networks, by accuracy and the split that it holds on; None where none is."""


def cheapest(networks: Built, wanted: Sequence[float]) -> Cheapest:
    """Return the least networks at some accuracies, on the validation and on the test split."""
    return {
        (accuracy, split): smallest_at(own, networks.lut, accuracy)
        for split, own in (("validation", networks.validation), ("test", networks.test))
        for accuracy in wanted
    }


def cheapest_table(
    table: pd.DataFrame, networks: Built, found: Cheapest, yosys: Mapping[int, int] | None
) -> pd.DataFrame:
    """Return a row for each of `found`.

    With an accuracy on the validation split nothing is chosen by the test split. With one on the
    test split the design is; then the look-up tables get an interval, that of the least network
    of that accuracy in resamples of jets.

    Parameters
    ----------
    table
        See `built_table`.
    networks, found
        See `cheapest`.
    yosys
        Look-up tables that yosys counts, by place; None where it did not run.
    """
    import pandas as pd

    rows = []
    for (accuracy, split), place in found.items():
        row = dict.fromkeys(table, "") if place is None else table.iloc[place].to_dict()
        least = np.where(networks.tests >= accuracy, networks.lut, np.inf).min(axis=1)
        sizes = [f"{limit:,.0f}" if np.isfinite(limit) else "none" for limit in limits(least)]
        row = {"at least, %": f"{100 * accuracy:g} ({split})"} | row
        row["LUTs, 95 %"] = " to ".join(sizes) if split == "test" else ""
        if yosys is not None:
            row["yosys, LUTs"] = "" if place is None else f"{yosys[place]:,}"
        rows.append(row)
    return pd.DataFrame(rows)
