"""The grey box with different constants on the synthetic family."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studies.common.pages import markdown
from studies.common.running import Results, end_page
from studies.common.settings import Settings, command_line
from studies.peers.bounded import bounded, bounded_networks
from studies.peers.synthetic import KINDS as TRAINED
from studies.peers.synthetic import problems

if TYPE_CHECKING:
    import pandas as pd

    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.samplers.grey_box.constants import Constants

UNDER_A_BOUND = {"bounded": bounded, "bounded-networks": bounded_networks}
KINDS = (*TRAINED, *UNDER_A_BOUND)
"""Problems of networks trained on mixtures, and such under a bound, made up or trained."""


def mean_shares(
    variants: Mapping[str, Constants],
    *,
    members: int,
    kinds: Sequence[str],
    budget: int,
    monotone: bool,
    workers: int,
) -> pd.DataFrame:
    """Return the share of the true hypervolume of each variant, member and kind of problem."""
    import pandas as pd

    from moo_jsc.samplers.grey_box import GreyBox
    from studies.common.questions import Question, searched

    rows = []
    for member in range(members):
        for kind, table in _tables(member, kinds, workers):
            question = Question.of(table)
            for name, constants in variants.items():
                sampler = GreyBox(monotone=monotone, constants=constants)
                (share,) = searched(question, sampler, budget, seeds=[0])
                rows.append({"variant": name, "member": member, "kind": kind, "share": share})
                print(f"member {member}, {kind}, {name}: {share:.3f}", flush=True)
    return pd.DataFrame(rows)


def _tables(
    member: int, kinds: Sequence[str], workers: int
) -> Iterator[tuple[str, ObjectiveTable]]:
    """Yield one member's problems, enumerated; networks are trained if a kind needs them."""
    from moo_jsc.enumeration import enumerate_problem

    built = problems(member) if set(kinds) & set(TRAINED) else {}
    for kind in kinds:
        yield (
            kind,
            enumerate_problem(built[kind], workers=workers)
            if kind in built
            else UNDER_A_BOUND[kind](member),
        )


def means(shares: pd.DataFrame) -> pd.DataFrame:
    """Return the mean share of every variant, a column for each kind and one for all."""
    table = shares.pivot_table(index="variant", columns="kind", values="share", sort=False)
    table["all"] = table.mean(axis=1)
    return table


def parts(shares: pd.DataFrame, config: Settings) -> dict[str, str]:
    """Return what goes into a Markdown page, by the names of its marks."""
    from analysis.statistics.intervals import mean_interval

    table = means(shares).map("{:.3f}".format)
    wide = shares.pivot_table(
        index=["kind", "member"], columns="variant", values="share", sort=False
    )
    first = wide.columns[0]
    ahead = []
    for variant in table.index:
        found = mean_interval(100 * (wide[variant] - wide[first]).to_numpy())
        ahead.append(f"{found.estimate:+.1f} [{found.low:+.1f}, {found.high:+.1f}]")
    table[f"against {first} (points)"] = ["", *ahead[1:]]
    return {
        "constants": f"`{command_line(config)}` printed:\n\nMean share of the true hypervolume at "
        f"the end, over {shares['member'].nunique()} problems of each kind; paired differences "
        "with 95 % intervals.\n\n" + markdown(table.reset_index())
    }


def write(folder: Path, shares: pd.DataFrame, config: Settings) -> Results:
    """Print the means, and write the page."""
    from analysis.report import Column, Report

    table = means(shares)
    kinds = list(table.columns)[:-1]
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
