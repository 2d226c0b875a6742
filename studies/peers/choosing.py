"""The grey box with different constants on the synthetic family."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studies.common.running import Results, end_page
from studies.common.settings import Settings
from studies.peers.synthetic import problems

if TYPE_CHECKING:
    import pandas as pd

    from moo_jsc.samplers.grey_box.constants import Constants


def mean_shares(
    variants: Mapping[str, Constants],
    *,
    members: int,
    kinds: Sequence[str],
    budget: int,
    workers: int,
) -> pd.DataFrame:
    """Return the share of the true hypervolume of each variant, member and kind of problem."""
    import numpy as np
    import pandas as pd

    from analysis.front.hypervolume import hypervolume
    from analysis.front.reference import Reference
    from moo_jsc.enumeration import TableProblem, enumerate_problem
    from moo_jsc.runs.ledger import Ledger
    from moo_jsc.samplers import BudgetExhausted
    from moo_jsc.samplers.grey_box import GreyBox

    rows = []
    for member in range(members):
        built = problems(member)
        for kind in kinds:
            table = enumerate_problem(built[kind], workers=workers)
            replay = TableProblem(table)
            reference = Reference.from_values(table.values, table.objectives)
            for name, constants in variants.items():
                sampler = GreyBox(constants=constants)
                sampler.load()
                ledger = Ledger(
                    replay.space, len(replay.objectives), replay.evaluate, budget=budget
                )
                with contextlib.suppress(BudgetExhausted):
                    sampler.run(
                        replay.space,
                        replay.objectives,
                        ledger,
                        seed=0,
                        budget=budget,
                        known=replay.known_values,
                    )
                found = reference.normalized(np.array([trial.values for trial in ledger.trials]))
                share = hypervolume(found, reference.reference_point) / reference.hypervolume
                rows.append({"variant": name, "member": member, "kind": kind, "share": share})
                print(f"mixture {member}, {kind}, {name}: {share:.3f}", flush=True)
    return pd.DataFrame(rows)


def write(folder: Path, shares: pd.DataFrame, config: Settings) -> Results:
    """Print the means, and write the page."""
    from analysis.report import Column, Report

    table = shares.pivot_table(index="variant", columns="kind", values="share", sort=False)
    kinds = list(table.columns)
    table["all"] = table[kinds].mean(axis=1)
    print("\nMean share of the true hypervolume at the end:\n")
    print(table.round(3).to_string())
    report = Report("Constants of the grey box, on problems without jets")
    section = report.section("Shares of the true hypervolume")
    section.table(
        "constants",
        table.reset_index(),
        [
            Column("variant", "constants", "text"),
            *(Column(kind, f"{kind} (%)", "percent", 1) for kind in [*kinds, "all"]),
        ],
        "Means over the members of the family; one run each. Frozen: as the sampler has them; the "
        "others have one constant changed: slope (how much a choice harms at most), scatter (how "
        "much that differs between choices), rate (how fast harm falls with every bit), length "
        "(over which designs are alike), one share (all choices harm alike), one hypothesis (the "
        "likeliest alone).",
    )
    end_page(report, config, {})
    return Results(report.write(folder))
