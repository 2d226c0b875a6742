"""moo_jsc: quantised and rescaled jet classifiers as multi-objective problems.

The rooms, in the order in which they may import one another:
`jets`, `networks`, `quantization`, `objectives`, `evaluation`, `problems`, `enumeration`,
`samplers`, `runs`.
"""

__version__ = "0.1.0"
