"""Trace the layers of the shipped networks and keep the traces with the package.

One command makes the shipped look-up tables anew, for instance after training:
``python studies/trace_circuits.py``. Traces that are known already, from the package or the
store, are not made again.
"""

from __future__ import annotations

from dataclasses import dataclass

from studies.common.checks import listed
from studies.common.console import run_study
from studies.common.settings import Settings

PROBLEMS = ("mixed-precision-coarse", "lab3-types", "lab3-grid", "codesign-hardware")


@dataclass(kw_only=True)
class Config(Settings):
    """For which problems."""

    problems: tuple[str, ...] = PROBLEMS
    """Names of the problems whose traces are kept."""

    script = "trace_circuits"
    catalogs = ("problems",)


def main(config: Config) -> None:
    """Trace and write."""
    config.check()

    import numpy as np

    from moo_jsc.foundation.files import write_text
    from moo_jsc.hardware import trace_files
    from moo_jsc.hardware.library import SHIPPED_BY, tracer_version
    from moo_jsc.hardware.lookup import trace_tasks
    from moo_jsc.problems.catalog import build_network_problem
    from studies.common.running import cache_in

    kept: trace_files.Traces = {}
    with cache_in(config.cache):
        for name in listed(config.problems):
            problem = build_network_problem(name, objectives=("lut",))
            firsts = np.arange(len(problem.networks)) * (
                problem.space.size // len(problem.networks)
            )
            batches = problem.batches(problem.space.configurations(firsts))
            for _, batch in batches:
                tasks = trace_tasks(batch.network, batch.options)
                known = trace_files.kept_traces(tasks, batch.network.spec.name, config.workers)
                kept.update({task.key: known[task.key] for task in tasks})
                print(f"{name}: {batch.network.spec.name}, {len(kept)} traces", flush=True)
    folder = config.out or trace_files.SHIPPED.parent
    path = folder / trace_files.SHIPPED.name
    trace_files.write_traces(path, kept)
    write_text(folder / SHIPPED_BY.name, f"{tracer_version()}\n")
    print(f"wrote {len(kept)} traces to {path}")


if __name__ == "__main__":
    run_study(main, Config)
