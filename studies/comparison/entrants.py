"""The samplers that a comparison is between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moo_jsc.objectives.objective import Objective
    from moo_jsc.samplers import Sampler


def with_baseline(
    samplers: Sequence[Sampler], baseline: str, objectives: tuple[Objective, ...]
) -> tuple[Sampler, ...]:
    """Return samplers with the baseline among them, each checked to suit the objectives.

    Raises
    ------
    InputError
        The baseline is unknown, or a sampler does not suit.
    """
    from moo_jsc.samplers import get_samplers

    found = tuple(samplers)
    if baseline not in [sampler.name for sampler in found]:
        found = (*get_samplers([baseline]), *found)
    for sampler in found:
        sampler.check(objectives)
    return found
