"""Names that the command line takes, for its help."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence


def catalog(kind: str) -> tuple[str, ...]:
    """Return every name of one kind: problems, networks, objectives or samplers."""
    if kind == "problems":
        from moo_jsc.problems.catalog import problem_names

        return problem_names()
    if kind == "networks":
        from moo_jsc.networks.family import NETWORKS

        return tuple(NETWORKS)
    if kind == "objectives":
        from moo_jsc.objectives import OBJECTIVES

        return tuple(OBJECTIVES)
    if kind == "samplers":
        from moo_jsc.samplers import SAMPLERS

        return tuple(SAMPLERS)
    raise ValueError(f"no catalog of {kind}")


def catalogs_text(kinds: Sequence[str]) -> str:
    """Return the names of some kinds, a paragraph each."""
    return "\n".join(
        textwrap.fill(
            f"{kind}: {', '.join(catalog(kind))}",
            100,
            subsequent_indent="  ",
            break_on_hyphens=False,
        )
        for kind in kinds
    )
