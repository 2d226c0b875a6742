"""The page of the study of one's own network and table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.foundation.words import counted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from analysis.redundancy.audit import Redundancy
    from analysis.report import Report
    from analysis.report.explorer import Designs
    from analysis.scalarization.weight_audit import WeightAudit
    from moo_jsc.problems.network_problem import NetworkProblem
    from studies.own.circuits import CheckedCircuit


@dataclass(frozen=True)
class OwnFindings:
    """What the study found.

    Attributes
    ----------
    problem
        The user's.
    networks
        One row a network: name, parameters, test accuracy in float32 with its interval.
    front
        One row a point of the true front.
    chance
        How much of the front is the chance of its rows, in sentences.
    answers
        Of the comparison of samplers.
    weights, redundancy
        The audits.
    circuit
        A design as a circuit, where look-up tables are an objective.
    """

    problem: NetworkProblem
    networks: pd.DataFrame
    front: pd.DataFrame
    chance: tuple[str, ...]
    answers: tuple[str, ...]
    weights: WeightAudit
    redundancy: Redundancy
    circuit: CheckedCircuit | None

    @property
    def head(self) -> str:
        """What was looked at, in one line."""
        data = self.problem.data
        return (
            f"{data.name}: {counted(len(data.feature_names), 'feature')}, "
            f"{len(data.class_names)} classes, {len(data.train):,} training rows; "
            f"{counted(len(self.problem.networks), 'network')}, "
            f"{self.problem.space.size:,} designs, "
            f"{counted(len(self.front), 'point')} on the true front"
        )


def sentences(found: OwnFindings) -> dict[str, Sequence[str]]:
    """Return what was found in sentences, by the question that they answer."""
    from analysis.redundancy.audit import sentences as redundancy_sentences
    from analysis.scalarization.sentences import audit_sentences

    circuit = () if found.circuit is None else found.circuit.sentences
    return {
        "How sure the front is": found.chance,
        "Which sampler finds the front sooner": found.answers,
        "What weighted sums can never pick": audit_sentences(found.weights),
        "Which objectives are the same objective": redundancy_sentences(found.redundancy),
        "One design as a circuit": circuit,
    }


def report_of(found: OwnFindings, figures: Mapping[str, Figure], designs: Designs) -> Report:
    """Build the page without its last section.

    Parameters
    ----------
    found
        What it says.
    figures
        The front in every pair of objectives, and as lines.
    designs
        For the explorer.
    """
    from analysis.foundation.objectives import labeled
    from analysis.plots.scalarization import support_projections
    from analysis.report import Column, Report

    report = Report(f"Networks for {found.problem.data.name}", found.head)
    section = report.section("Networks")
    section.table(
        "networks",
        found.networks,
        [
            Column("network", "network", "text"),
            Column("parameters", "parameters", "whole"),
            Column("accuracy", "test accuracy (%)", "percent", 1, limits=("low", "high")),
        ],
        "Accuracy in float32 on the test split with its 95 % Clopper-Pearson interval, before any "
        "rounding of weights and data.",
        folded=len(found.networks) > 12,
    )
    section = report.section("The true front")
    section.figure(
        "front_projections",
        figures["front_projections"],
        "The front (colored) and designs of the space (grey) in every pair of objectives; on the "
        "diagonal how both are distributed.",
        png=True,
    )
    section.figure(
        "front_parallel",
        figures["front_parallel"],
        "Each point of the front as a line over all objectives, the best value on top.",
        png=True,
    )
    section.table(
        "front",
        found.front,
        [
            *(Column(o.name, labeled(o), "significant", 5) for o in found.problem.objectives),
            Column("index", "design", "whole"),
            *(Column(choice.name, choice.name, "text") for choice in found.problem.space.choices),
        ],
        "Distinct points of the front, with the first design that attains each.",
        folded=True,
    )
    report.section("Designs to explore").explorer("designs", designs)
    for title, said in sentences(found).items():
        if not said:
            continue
        section = report.section(title)
        section.lead(said[0])
        section.sentences(said[1:])
        if said is found.answers:
            section.link("All tables, figures and tests:", "comparison/report.html")
        if title == "What weighted sums can never pick":
            section.figure(
                "support",
                support_projections(found.weights),
                "The true front by class of its points. Unsupported points are optimal for no "
                "weights, whatever the units.",
            )
    return report
