"""One design as a circuit: the least look-up tables near the best accuracy, checked bit by bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moo_jsc.enumeration import ObjectiveTable
    from moo_jsc.problems.network_problem import NetworkProblem

GIVEN_UP = 0.01
"""Share of the validation rows, one point, by which the chosen design may be worse."""

ACCURACY, LUT = "accuracy", "lut"


@dataclass(frozen=True)
class CheckedCircuit:
    """A design, traced whole.

    Attributes
    ----------
    number
        Of the design in its space.
    choices
        By name.
    accuracy
        On the split that the search sees.
    looked_up, whole
        Look-up tables: layers traced alone, and the whole circuit traced at once.
    rows
        Of the test split, all emulated.
    differing
        Those with a logit that is not the quantized network's.
    test_accuracy
        Of the quantized network.
    """

    number: int
    choices: dict[str, object]
    accuracy: float
    looked_up: float
    whole: float
    rows: int
    differing: int
    test_accuracy: float

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was found."""
        named = ", ".join(f"{name} {value}" for name, value in self.choices.items())
        same = "no logit differs" if not self.differing else f"{self.differing} rows differ"
        scores = (
            f"accuracy {100 * self.accuracy:.1f} % on validation, "
            f"{100 * self.test_accuracy:.1f} % on test"
        )
        return (
            f"Design {self.number} ({named}) has the fewest LUTs within "
            f"{100 * GIVEN_UP:.0f} point of the best validation accuracy: "
            f"{self.looked_up:,.0f} by look-up of its layers, {self.whole:,.0f} traced whole; "
            f"{scores}.",
            f"Its circuit, emulated bit by bit on the {self.rows:,} test rows, against the "
            f"quantized network: {same}.",
        )


def checked_circuit(problem: NetworkProblem, table: ObjectiveTable) -> CheckedCircuit | None:
    """Choose a design, trace it whole and emulate it on the test split.

    Returns
    -------
    CheckedCircuit or None
        None where accuracy or look-up tables are no objectives, or designs are fine-tuned (the
        table's look-up tables are those of the rounded networks).
    """
    import numpy as np
    import torch

    from moo_jsc.hardware.emulation import Design, compare
    from moo_jsc.networks.classifier import predict
    from moo_jsc.quantization.network import QuantizedNetwork

    names = [objective.name for objective in table.objectives]
    if ACCURACY not in names or LUT not in names or problem.scoring.training == "qat":
        return None
    accuracy, lut = (table.values[:, names.index(name)] for name in (ACCURACY, LUT))
    near = np.flatnonzero(accuracy >= accuracy.max() - GIVEN_UP)
    number = int(near[np.lexsort((-accuracy[near], lut[near]))[0]])
    (row,) = problem.space.configurations([number])
    network, precision = problem.design(row)
    design = Design.of(network, precision)
    part = problem.data.test
    found = compare(design, part.features)
    with torch.inference_mode():
        logits = QuantizedNetwork(network, precision)(torch.from_numpy(part.features))
    right = predict(logits) == torch.from_numpy(part.labels)
    return CheckedCircuit(
        number=number,
        choices=dict(problem.space.named(row)),
        accuracy=float(accuracy[number]),
        looked_up=float(lut[number]),
        whole=design.circuit.terms["lut"],
        rows=len(part),
        differing=found.differing,
        test_accuracy=float(right.double().mean()),
    )
