"""Random stacks of layers go the whole way: enumerated, fine-tuned, as circuits, onto a page.

``WIDE_STACKS=20`` takes twenty with up to a hundred channels (``make fuzz``); a few narrow ones
are tried always. ``-s`` shows what each took.
"""

import os
from dataclasses import dataclass
from time import process_time

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from moo_jsc.enumeration import enumerate_problem
from moo_jsc.enumeration.fine_tuned import enumerate_fine_tuned
from moo_jsc.hardware.emulation import Design, compare
from moo_jsc.problems.own import problem_from_torch
from moo_jsc.problems.precision import PrecisionSpace, widths
from studies.common.settings import Settings
from studies.front.page import write
from studies.front.points import front_of, front_table, summary
from tests.problems.test_own import built, table, use_store

pytest.importorskip("alkaid")

WIDE = int(os.environ.get("WIDE_STACKS", "0"))
FORMATS = PrecisionSpace(widths(3, 4), widths(3), unsigned_after_relu=True)
OBJECTIVES = ("accuracy", "size", "lut", "latency-cycles")


@dataclass
class Study(Settings):
    """Settings of the study that the page is of."""

    script = "enumerate_front"


def random_stack(seed, widest):
    """As hypothesis would draw it, but every width as likely as any other."""
    rng = np.random.default_rng(seed)
    depth = int(rng.integers(1, 7))
    sizes = [*rng.integers(1, widest + 1, size=depth).tolist(), int(rng.integers(2, widest + 1))]
    between = [rng.choice(list("nnrrd"), size=rng.integers(0, 4)) for _ in sizes]
    return built(sizes, rng.integers(2, size=depth).astype(bool).tolist(), between, seed)


@given(seed=st.integers(0, 2**32 - 1))
@settings(
    max_examples=WIDE or 3,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_a_stack_goes_the_whole_way(seed, tmp_path_factory):
    net, features, classes = random_stack(seed, widest=100 if WIDE else 8)
    folder = tmp_path_factory.mktemp("stack")
    data = table(features, classes, each=5)
    with torch.inference_mode():
        net.train()(torch.from_numpy(data.train.features))
    net.eval()
    clock = {"begin": process_time()}
    with use_store(folder / "cache"):
        problem = problem_from_torch(net, data, precision=FORMATS, objectives=OBJECTIVES)
        found = enumerate_problem(problem, progress=False)
        clock["enumerated, with circuits"] = process_time()
        assert np.isfinite(found.values).all() and (found.values >= 0).all()
        (row,) = problem.space.configurations([0])
        design = Design.of(*problem.design(row))
        assert compare(design, data.test.features).equal
        clock["traced whole"] = process_time()
        tuned = problem_from_torch(
            net, data, precision=FORMATS, objectives=("accuracy", "size", "lut"), training="qat"
        )
        scores = enumerate_fine_tuned(tuned, seeds=[0], splits=["validation"], progress=False)
        assert np.isfinite(scores.scores).all()
        clock["fine-tuned"] = process_time()
        front = front_of(found)
        points = front_table(problem, front)
        lines = summary(problem, front, points)
        results = write(folder, problem, front, points, lines, Study(out=folder))
        clock["page"] = process_time()
    assert f"{problem.space.size} configurations" in results.page.read_text(encoding="utf-8")
    assert len(pd.read_csv(folder / "front.csv")) == len(front.values)
    times = [f"{name} {clock[name] - before:.1f} s" for name, before in _since(clock)]
    widest = [layer.outputs for layer in problem.networks[0].spec.linear_layers]
    looked_up, whole = found.column("lut")[0], design.circuit.terms["lut"]
    print(f"\n{features}-{'-'.join(map(str, widest))}: {', '.join(times)}; ", end="")
    print(f"LUTs {looked_up:,.0f} by look-up, {whole:,.0f} whole", end="")


def _since(clock):
    return zip(list(clock)[1:], clock.values(), strict=False)
