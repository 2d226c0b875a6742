"""The answers of the audit of weights on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from studies.weights.findings import WeightFindings


def print_answers(found: WeightFindings) -> None:
    """Print the report's sentences."""
    from analysis.redundancy.audit import sentences
    from analysis.scalarization import sentences as words
    from studies.weights.findings import (
        Designs,
        inverse_lines,
        own_lines,
        own_title,
        score_lines,
    )
    from studies.weights.own_page import ASKED
    from studies.weights.scores import INTRODUCTION, introductions

    name = Designs(found.table)
    _print(own_title(found), [*own_lines(found, name), *([] if found.given else [ASKED])])
    if found.scored:
        _print(INTRODUCTION, [f"{label}: {meaning}" for label, meaning in introductions().items()])
    for scored in found.scored:
        _print(scored.title, [words.scores_sentence(scored.audits), *score_lines(scored)])
    _print("What weighted sums can never pick", words.audit_sentences(found.audit))
    _print("Which weights justify a design", inverse_lines(found, name))
    _print(
        "Weights that can be defended",
        [words.suggestion_sentence(found.audit, each, name) for each in found.audit.suggestions],
    )
    if found.search is not None:
        _print("Searching with weights", found.search.sentences)
    _print("Which objectives are the same objective", sentences(found.redundancy))


def _print(title: str, lines: Sequence[str]) -> None:
    import textwrap

    print(f"\n{textwrap.fill(title, 100)}")
    for line in lines:
        print(textwrap.fill(line, 100, initial_indent="- ", subsequent_indent="  "))
