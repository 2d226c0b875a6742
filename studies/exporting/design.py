"""One design as files that other tools read, each checked against the quantized network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moo_jsc.hardware.onnx_nodes import Dialect
from studies.common.choosing import realized

if TYPE_CHECKING:
    import numpy as np
    import onnx
    from numpy.typing import NDArray

    from moo_jsc.data import SplitName
    from moo_jsc.enumeration.benchmark import Benchmark
    from moo_jsc.hardware.onnx_check import LogitComparison
    from moo_jsc.networks.classifier import Classifier
    from moo_jsc.problems.network_problem import NetworkProblem
    from moo_jsc.quantization.formats import NetworkPrecision

PLAIN, QONNX = "design.onnx", "design.qonnx.onnx"
DIALECTS: dict[str, Dialect] = {PLAIN: "plain", QONNX: "qonnx"}
"""ONNX files, and how formats are written in them."""


@dataclass(frozen=True)
class ChosenDesign:
    """A design of a space.

    Attributes
    ----------
    problem
        Where it is from.
    number
        Its number there.
    seed, samples
        Of fine-tuning, where the problem's designs are fine-tuned.
    """

    problem: Benchmark | NetworkProblem
    number: int
    seed: int
    samples: int

    @cached_property
    def row(self) -> NDArray[np.int64]:
        """Its choice indices, shape (d,)."""
        return self.problem.space.configurations([self.number])[0]

    @cached_property
    def networks(self) -> NetworkProblem:
        """The networks behind the problem."""
        from studies.common.problems import networks_of

        found = networks_of(self.problem)
        assert found is not None
        return found

    @cached_property
    def parts(self) -> tuple[Classifier, NetworkPrecision]:
        """Its network, and explicit formats."""
        return realized(self.networks, self.row, seed=self.seed, samples=self.samples)

    @cached_property
    def graphs(self) -> dict[str, onnx.ModelProto]:
        """The design as ONNX by the file's name.

        Raises
        ------
        InputError
            The package onnx is missing, or a format has no node.
        """
        from moo_jsc.hardware.onnx_graph import onnx_graph

        notes = {"problem": self.problem.name, "number": str(self.number)} | self.choices
        return {
            name: onnx_graph(*self.parts, dialect=dialect, notes=notes)
            for name, dialect in DIALECTS.items()
        }

    @property
    def features(self) -> NDArray[np.float32]:
        """The whole test split."""
        return self.networks.data.test.features

    @property
    def choices(self) -> dict[str, str]:
        """Its choices as text."""
        return {k: str(v) for k, v in self.problem.space.named(self.row).items()}

    @cached_property
    def notes(self) -> dict[str, Any]:
        """What it is, and its objectives on the validation and the test split."""
        return {
            "problem": self.problem.name,
            "number": self.number,
            "choices": self.problem.space.named(self.row),
            "training": self.networks.scoring.training,
            "values": {split: self._values(split) for split in ("validation", "test")},
        }

    @cached_property
    def _known(self) -> NDArray[np.float64]:
        """Values (1, m) of the objectives that do not depend on predictions."""
        if self.problem is self.networks:
            return self.problem.known_values(self.row[None])
        return self.problem.evaluate(self.row[None])

    def _values(self, split: SplitName) -> dict[str, float]:
        import torch

        from moo_jsc.objectives.objective import PredictionObjective
        from moo_jsc.quantization.network import QuantizedNetwork

        part = self.networks.data.part(split)
        logits = QuantizedNetwork(*self.parts)(torch.from_numpy(part.features))
        known = self._known[0].tolist()
        return {
            objective.name: objective.score(logits, torch.from_numpy(part.labels))
            if isinstance(objective, PredictionObjective)
            else value
            for objective, value in zip(self.problem.objectives, known, strict=True)
        }


def write_tensors(design: ChosenDesign, folder: Path) -> None:
    """Write the design's numbers and what they mean."""
    from moo_jsc.hardware.design_files import write_design

    write_design(folder, *design.parts, design.networks.data, design.notes)


def write_graphs(design: ChosenDesign, folder: Path) -> dict[str, LogitComparison]:
    """Write the design as ONNX in both dialects; run each file on the whole test split.

    Raises
    ------
    InputError
        A package is missing, or a format has no node.
    """
    from moo_jsc.hardware.onnx_check import compare_logits, run_onnx
    from moo_jsc.hardware.onnx_graph import write_onnx

    found = {}
    for name, graph in design.graphs.items():
        write_onnx(folder / name, graph)
        logits = run_onnx(folder / name, design.features, DIALECTS[name])
        found[name] = compare_logits(*design.parts, design.features, logits)
    return found


def write_hls(design: ChosenDesign, folder: Path, *, compiled: bool) -> dict[str, LogitComparison]:
    """Write what hls4ml converts; with `compiled`, run its emulation on the whole test split.

    Raises
    ------
    InputError
        The design has no hardware form, or hls4ml is missing.
    """
    import numpy as np

    from moo_jsc.hardware.emulation import circuit_inputs
    from moo_jsc.hardware.hls import CONFIG, run_hls, write_hls_config
    from moo_jsc.hardware.onnx_check import compare_logits

    write_hls_config(folder, *design.parts)
    if not compiled:
        return {}
    inputs = circuit_inputs(*design.parts, design.features).astype(np.float32)
    logits = run_hls(folder, inputs)
    return {CONFIG: compare_logits(*design.parts, design.features, logits)}
