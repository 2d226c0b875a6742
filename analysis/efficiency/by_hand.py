"""Whether samplers find more than what is done by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from analysis.foundation.words import listed

if TYPE_CHECKING:
    import pandas as pd


def unbeaten_rule(
    pairs: pd.DataFrame, means: Mapping[str, float], rules: Sequence[str], kind: str = "true"
) -> str | None:
    """Return which samplers did not find more than the best rule of thumb; None if all did.

    Parameters
    ----------
    pairs
        From `analysis.statistics.comparison.all_pairs`, on final shares of the hypervolume; a
        sampler beats the rule if its row says so, all pairs taken together.
    means
        Mean final share by the sampler's name.
    rules
        Names of the rules among them.
    kind
        What the front is called: ``"true"`` or ``"best known"``.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"one": ["tpe", "random"], "other": ["rule", "rule"],
    ...                       "verdict": ["better", "undecided"]})
    >>> means = {"tpe": 0.6, "random": 0.3, "rule": 0.35}
    >>> unbeaten_rule(pairs, means, ["rule"])
    "Not shown to find more than what is done by hand (rule, 35.0 % of the true front's \
hypervolume): random."
    >>> unbeaten_rule(pairs.assign(verdict="better"), means, ["rule"]) is None
    True
    """
    present = [name for name in rules if name in means]
    samplers = [name for name in means if name not in rules]
    if not present or not samplers:
        return None
    best = max(present, key=lambda name: means[name])
    ahead = {("better", False): "one", ("worse", True): "other"}
    beaten_by = set()
    for _, row in pairs.iterrows():
        if best in (row["one"], row["other"]):
            side = ahead.get((row["verdict"], row["one"] == best))
            if side:
                beaten_by.add(row[side])
    behind = [name for name in samplers if name not in beaten_by]
    if not behind:
        return None
    rule = f"{best}, {100 * means[best]:.1f} % of the {kind} front's hypervolume"
    if len(behind) == len(samplers):
        return f"No sampler was shown to find more than what is done by hand ({rule})."
    return f"Not shown to find more than what is done by hand ({rule}): {listed(behind)}."
