"""Conformance suites for authors of samplers and problems; they need pytest.

Give a fixture named ``sampler`` or ``problem`` and subclass the suite in a test file.
"""

from moo_jsc.testing.problems import ProblemContract
from moo_jsc.testing.samplers import SamplerContract

__all__ = ["ProblemContract", "SamplerContract"]
