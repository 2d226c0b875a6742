"""Circuits of fine-tuned designs: emulated, and traced whole beside the look-up."""

from __future__ import annotations

from studies.circuits.deviations import deviations
from studies.common.pages import markdown

PROBLEM = "codesign-hardware"


def fine_tuned(designs: int, seed: int, jets: str) -> tuple[bool, str]:
    """Fine-tune random designs of `PROBLEM` and compare their circuits.

    Parameters
    ----------
    designs
        How many.
    seed
        Of the draw.
    jets
        What `moo_jsc.data.jets.load_jets` takes.

    Returns
    -------
    bool
        No logit differs between any emulated circuit and its quantized network.
    str
        What was found, in Markdown.
    """
    import numpy as np
    import pandas as pd

    from moo_jsc.evaluation.circuits import CircuitEvaluator
    from moo_jsc.hardware.emulation import Design, compare
    from moo_jsc.objectives.circuit import LUT
    from moo_jsc.problems.catalog import build_network_problem

    problem = build_network_problem(
        PROBLEM, objectives=("accuracy", "lut"), jets=jets, training="qat"
    )
    numbers = np.random.default_rng(seed).choice(problem.space.size, designs, replace=False)
    configurations = problem.space.configurations(np.sort(numbers))
    costs = CircuitEvaluator([LUT])
    looked_up = np.concatenate([costs.totals(b) for _, b in problem.batches(configurations)])
    features = problem.data.test.features
    before, after, differing = [], [], 0
    recipe = problem.scoring.fine_tuning
    for row, tuned in zip(configurations, problem.tuned(configurations, recipe), strict=True):
        design = Design.of(*tuned)
        differing += not compare(design, features).equal
        after.append(design.circuit.row)
        before.append(Design.of(*problem.design(row)).circuit.row)
    table = pd.concat(
        [
            deviations("before fine-tuning", looked_up, np.stack(before)),
            deviations("after fine-tuning", looked_up, np.stack(after)),
        ]
    ).rename(columns={"network": "look-up against whole traces"})
    verdict = f"{differing} designs have LOGITS THAT DIFFER" if differing else "no logit differs"
    return differing == 0, (
        f"{designs} random designs of `{PROBLEM}`, fine-tuned, {len(features):,} jets each: "
        f"{verdict} between circuit and quantized network.\n\n{markdown(table)}"
    )
