"""A whole space in a table: shards, cache, streaming front, workers."""

from moo_jsc.enumeration.enumerate import enumerate_problem
from moo_jsc.enumeration.streaming import StreamingFront, stream_front
from moo_jsc.enumeration.table import ObjectiveTable
from moo_jsc.enumeration.table_problem import TableProblem
from moo_jsc.enumeration.workers import Workers

__all__ = [
    "ObjectiveTable",
    "StreamingFront",
    "TableProblem",
    "Workers",
    "enumerate_problem",
    "stream_front",
]
