"""Shares of the discrimination table against plain counting, and the command."""

from itertools import combinations

import numpy as np
import pytest

from moo_jsc.enumeration.table import ObjectiveTable
from moo_jsc.objectives import Bounds, get_objectives
from moo_jsc.problems.space import Choice, SearchSpace
from moo_jsc.samplers import get_samplers
from studies.common.questions import Question, searched
from studies.discrimination.lines import lines, markdown
from studies.discrimination.measures import (
    best_single_design,
    greedy,
    random_designs,
    random_in_architectures,
)
from studies.discrimination_table import Config, main

SPACE = SearchSpace(
    "toy",
    (
        Choice("a.channels", (1, 2, 3), unit="channels"),
        Choice("a.data", (2, 4, 8), unit="bits"),
        Choice("a.weight", (2, 4, 8), unit="bits"),
    ),
)
ROWS = SPACE.configurations(np.arange(SPACE.size))
GENERATOR = np.random.default_rng(2)
VALUES = np.column_stack(
    [
        0.5 + 0.05 * ROWS.sum(axis=1) + 0.05 * GENERATOR.random(SPACE.size),
        2.0 ** (1 + ROWS @ [1.0, 0.5, 0.7]),
        1.0 + ROWS @ [1.0, 2.0, 3.0] + GENERATOR.random(SPACE.size),
    ]
)


@pytest.fixture(scope="module")
def question():
    table = ObjectiveTable(
        "toy",
        SPACE,
        get_objectives(["accuracy", "size", "bitops"]),
        VALUES.copy(),
        "toy-1",
        bounds=Bounds({"accuracy": 0.6}),
        scales={"size": "logarithmic"},
    )
    return Question.of(table)


def test_best_single_design_is_the_best_of_all(question):
    share, index = best_single_design(question)
    every = [question.share([i]) for i in range(SPACE.size)]
    assert share == pytest.approx(max(every))
    assert int(np.argmax(every)) == index
    assert every[0] == 0.0


def test_greedy_takes_what_adds_most(question):
    steps = greedy(question, 4)
    front = question.table.front_indices.tolist()
    chosen: list[int] = []
    for step in steps:
        chosen.append(max(front, key=lambda i: question.share([*chosen, i])))
        assert step == pytest.approx(question.share(chosen))
    best = max(question.share(list(pair)) for pair in combinations(front, 2))
    assert steps[1] <= best + 1e-12
    assert greedy(question, 1000)[-1] == pytest.approx(1.0)


def test_random_designs_reach_what_their_designs_reach(question):
    for seed, share in enumerate(random_designs(question, 5, range(3))):
        drawn = np.random.default_rng(seed).choice(SPACE.size, 5, replace=False)
        assert share == question.share(drawn)
    within = random_in_architectures(question, 9, [0])
    for number, (share,) in within.items():
        assert share == pytest.approx(question.share(np.arange(9 * number, 9 * number + 9)))


def test_samplers_are_measured_by_what_they_tried(question):
    (exhaustive,) = get_samplers(["exhaustive"])
    assert searched(question, exhaustive, SPACE.size, [0])[0] == pytest.approx(1.0)
    assert searched(question, exhaustive, 4, [0])[0] == pytest.approx(question.share(range(4)))


def test_table_says_what_is_met(question):
    found = lines(question, get_samplers(["one-factor"]), (), trials=10, seeds=range(3))
    by_name = {line.what: line for line in found}
    assert by_name["points on the true front"].verdict == "not met"
    assert by_name["greedy with all values known, 10 designs"].verdict == "met"
    assert f"| points on the true front | {len(question.reference.front)} |" in markdown(found)


def test_command(tmp_path, capsys):
    folder = tmp_path / "out"
    config = Config(problem="lab3-types", seeds=2, trials=5, out=folder, workers=1, samplers=())
    main(config)
    printed = capsys.readouterr().out
    assert "lab3-types: 18 designs" in printed
    assert (folder / "discrimination.md").read_text() in printed
    assert (folder / "report.html").exists()
