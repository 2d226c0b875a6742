"""Generate the shipped jet sample: `python studies/generate_jets.py --jets 20000`.

One process a class. Each finished class is a part file, so an interrupted run loses at most the
classes in progress; the same command goes on from there.
"""

import argparse
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from moo_jsc.data.jets import CLASSES
from moo_jsc.data.jets.generation import generate_class
from moo_jsc.data.jets.sample import SAMPLE_PATH, part_path, read_part, write_part, write_sample
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.processes import end_with_parent


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, generate what is missing, write the sample; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jets", type=int, default=20_000, help="jets a class")
    parser.add_argument(
        "--seed", type=int, default=42_468, help="seed of the first class; the others count up"
    )
    parser.add_argument("--workers", type=int, default=2, help="classes generated at a time")
    parser.add_argument(
        "--parts", type=Path, default=Path("build/jets"), help="folder of the part files"
    )
    parser.add_argument("--out", type=Path, default=SAMPLE_PATH, help="the sample to write (.npz)")
    options = parser.parse_args(arguments)
    try:
        run(options.jets, options.seed, options.workers, options.parts, options.out)
    except InputError as error:
        print(f"generate_jets: {error}", file=sys.stderr)
        return 2
    return 0


def run(jets: int, seed: int, workers: int, parts: Path, out: Path) -> None:
    """Generate the missing classes in parallel and write the sample with its provenance."""
    if workers < 1:
        raise InputError(f"--workers {workers}: expected at least 1")
    if jets < 1:
        raise InputError(f"--jets {jets}: expected at least 1")
    seeds = {label: seed + code for code, label in enumerate(CLASSES)}
    paths = {label: part_path(parts, label, jets, seeds[label]) for label in CLASSES}
    missing = [label for label in CLASSES if not paths[label].exists()]
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    with ProcessPoolExecutor(
        workers,
        multiprocessing.get_context("spawn"),
        initializer=end_with_parent,
        initargs=(os.getpid(),),
    ) as pool:
        pending = [
            pool.submit(_generate_part, label, jets, seeds[label], paths[label])
            for label in missing
        ]
        for finished in as_completed(pending):
            print(finished.result(), flush=True)
    write_sample(out, [read_part(paths[label]) for label in CLASSES])
    print(f"wrote {out} and {out.with_name('provenance.json')}")


def _generate_part(label: str, jets: int, seed: int, path: Path) -> str:
    def report(found: int) -> None:
        if found % 1000 == 0 or found == jets:
            print(f"{label}: {found} of {jets} jets, {time.process_time():.0f} s", flush=True)

    generated = generate_class(label, jets, seed, on_jet=report)
    write_part(path, generated)
    return f"{label}: done, {generated.events} events"


if __name__ == "__main__":
    sys.exit(main())
