"""One spelling in identifiers: the American one."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
BRITISH = re.compile(
    r"\w{2}is(ations?|ed?|ers?|es|ing)(_|$)|colour|neighbour|behaviour|judgement|catalogue|centre"
    r"|modell(ed|ing)|analyse",
    re.IGNORECASE,
)
ENGLISH = re.compile(
    r"(?i)(^|_)(noise|raise|raises|raised|raising|rises|rising|precise|promised|\w+wise)(?=_|$)"
)
KEPT = {"awaitPromise", "maximise", "analyse_trials", "quantisation_aware"}
"""A flag of moocore, and former names of scripts."""
FIELDS = ("id", "attr", "arg", "name", "asname")


def identifiers():
    for folder in ("moo_jsc", "analysis", "studies", "tests"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, path.stem
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for field in FIELDS:
                    name = getattr(node, field, None)
                    if isinstance(name, str):
                        yield path, name


def british(name):
    return name not in KEPT and BRITISH.search(ENGLISH.sub("", name)) is not None


def test_identifiers_are_spelled_one_way():
    found = dict((name, path.relative_to(ROOT)) for path, name in identifiers())
    assert not {name: str(path) for name, path in found.items() if british(name)}


def test_what_counts_as_british():
    words = ("quantised", "normalisation_affine", "MAX_NORMALISATION_WIDTH", "colour", "minimiser")
    assert all(map(british, words))
    assert not any(map(british, ("raises", "noise", "pairwise", "is_done", "rising", "pareto")))
