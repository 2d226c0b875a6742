"""Where the numbers of a page come from: network, data, code."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moo_jsc.data import Dataset
    from moo_jsc.problems.network_problem import NetworkProblem
    from moo_jsc.problems.problem import Problem

SHOWN = 12
"""Digits of a fingerprint that are shown."""

TRAININGS = {"ptq": "rounded after training", "qat": "fine-tuned with its rounding"}


def provenance(problem: Problem) -> dict[str, str]:
    """Return the network, the data and the code of a problem's values, for a page's setting.

    A problem without networks has code only.

    Examples
    --------
    >>> from moo_jsc import build_problem
    >>> found = provenance(build_problem("lab3-types"))
    >>> list(found)
    ['Network', 'Data', 'Code']
    >>> found["Network"]
    'jsc-tiny (16-5), rounded after training'
    """
    from moo_jsc.enumeration import TableProblem
    from studies.common.problems import networks_of

    found = {}
    source = networks_of(problem)
    if source is not None:
        found["Network"] = f"{network_in_words(source)}, {TRAININGS[source.scoring.training]}"
        found["Data"] = data_in_words(source.data)
    if isinstance(problem, TableProblem):
        found["Values"] = f"read from a finished table, {problem.fingerprint[:SHOWN]}"
    return found | {"Code": code_in_words()}


def network_in_words(problem: NetworkProblem) -> str:
    """Return the name and the widths of a problem's network, or how many it has."""
    spec = problem.networks[0].spec
    layers = spec.linear_layers
    widths = "-".join(
        str(width) for width in (layers[0].inputs, *(each.outputs for each in layers))
    )
    if len(problem.networks) == 1:
        return f"{spec.name} ({widths})"
    return f"{spec.name}, {len(problem.networks)} widths of it, the first {widths}"


def data_in_words(data: Dataset) -> str:
    """Return the name, the sizes of the splits and the fingerprint of a data set.

    Examples
    --------
    >>> from moo_jsc.data.jets import load_jets
    >>> data_in_words(load_jets("sample"))
    'JSC-like, Pythia: 60000 jets to train, 20000 to validate, 20000 to test; ...'
    """
    return (
        f"{data.name}: {len(data.train)} jets to train, {len(data.validation)} to validate, "
        f"{len(data.test)} to test; {data.fingerprint[:SHOWN]}"
    )


def code_in_words() -> str:
    """Return the version of the package, and a hash of all code that values come from."""
    from moo_jsc import __version__
    from moo_jsc.foundation.code import version_key

    return f"moo_jsc {__version__}, {version_key()[:SHOWN]}"
