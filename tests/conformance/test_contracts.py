"""The suites find what they are meant to find: broken samplers and problems fail them."""

import numpy as np
import pytest

from moo_jsc import Objective, Problem, Sampler, SearchSpace
from moo_jsc.problems.space import Choice
from moo_jsc.testing import ProblemContract, SamplerContract


class Unseeded(Sampler):
    name = "unseeded"

    def run(self, space, objectives, evaluate, *, seed, budget):
        while True:
            evaluate(space.configurations([np.random.randint(space.size)]))


class Idle(Sampler):
    name = "idle"

    def run(self, space, objectives, evaluate, *, seed, budget):
        return


def test_global_randomness_and_other_seeds_are_found():
    contract = SamplerContract()
    with pytest.raises(AssertionError):
        contract.test_global_random_state_is_left_alone(Unseeded())
    with pytest.raises(AssertionError):
        contract.test_budget_is_used_exactly_and_configurations_are_valid(Idle())


class Drifting(Problem):
    name = "drifting"
    space = SearchSpace("drifting", (Choice("x", (1, 2, 3)),))
    objectives = (Objective(name="cost", unit="1", sense="min", known=True),)
    fingerprint = "1"

    def _evaluate(self, configurations):
        return configurations + np.arange(len(configurations))[:, None] * 1.0

    def _known_values(self, configurations):
        return configurations * 3.0


def test_values_that_depend_on_the_batch_and_false_knowledge_are_found():
    contract, problem = ProblemContract(), Drifting()
    some = problem.space.configurations([0, 1, 2])
    with pytest.raises(AssertionError):
        contract.test_rows_do_not_depend_on_one_another(problem, some)
    with pytest.raises(AssertionError):
        contract.test_known_values_are_those_that_evaluation_returns(problem, some)
