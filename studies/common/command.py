"""The command ``moo-jsc``: every study by a short name, the same code as its script."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from moo_jsc.foundation.errors import InputError
from studies.common.checks import nearest
from studies.common.console import (
    BAD_INPUT,
    PLUGIN_FLAG,
    load_plugins,
    run_study,
    taken_plugins,
)
from studies.common.names import catalogs_text

STUDIES: dict[str, str] = {
    "compare": "compare_samplers",
    "front": "enumerate_front",
    "own": "own_network",
    "peers": "grey_box_peers",
    "discrimination": "discrimination_table",
    "weights": "scalarization_weights",
    "multipliers": "channel_multipliers",
    "fine-tuning": "quantization_aware",
    "reports": "reproduce_reports",
    "trials": "analyze_trials",
    "build": "build_design",
    "make-benchmark": "make_benchmark",
    "benchmark-card": "benchmark_card",
    "which": "which_sampler",
    "choose": "choose_design",
    "export": "export",
    "circuits": "circuit_front",
    "finish": "finish_front",
    "check-circuits": "check_circuits",
    "trace-circuits": "trace_circuits",
    "grey-box-constants": "grey_box_constants",
    "grey-box-assumptions": "grey_box_assumptions",
    "train": "train_networks",
    "generate-jets": "generate_jets",
    "compare-jets": "compare_jets_to_openml",
    "compare-generator": "compare_generator_settings",
}
"""Name of each study's script in `studies`, by its short name."""

CATALOGS = ("problems", "networks", "objectives", "samplers")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the study that the first word names with the flags that follow."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        plugins, given = taken_plugins(given)
        if not given or given[0] in ("-h", "--help"):
            load_plugins(plugins)
            print(usage())
            return
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    name, *flags = given
    if plugins:
        flags += [PLUGIN_FLAG, *plugins]
    if name not in STUDIES:
        hint = nearest(name, list(STUDIES)) or ","
        print(f"error: study {name!r}{hint} expected one of {', '.join(STUDIES)}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    module = import_module(f"studies.{STUDIES[name]}")
    run_study(module.main, module.Config, flags)


def usage() -> str:
    """Return the help text: studies with their questions, and the names that they take."""
    lines = ["usage: moo-jsc STUDY [flags]; moo-jsc STUDY --help lists the flags", ""]
    lines += [f"  {name:18} {question(script)}" for name, script in STUDIES.items()]
    return "\n".join([*lines, "", catalogs_text(CATALOGS)])


def question(script: str) -> str:
    """Return the first line of a script's docstring, without importing it."""
    spec = find_spec(f"studies.{script}")
    if spec is None or spec.origin is None:
        raise ValueError(f"no script {script}")
    text = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""
    return text.splitlines()[0]
