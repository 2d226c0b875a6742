"""A scheduler and workers in processes of their own, on loopback."""

import os
import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


def start(module, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )


def dask_worker(address, *options, folder=None):
    """A worker process; `folder` instead of this checkout is where it finds packages."""
    environment = {**os.environ, "PYTHONPATH": str(folder or ROOT)}
    arguments = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1", *options)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "distributed.cli.dask_worker", address, *arguments],
        cwd=folder or ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    return process


def dask_scheduler():
    """A scheduler process and its address."""
    scheduler = start(
        "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"
    )
    address = next(
        match[0]
        for line in scheduler.stderr
        if (match := re.search(r"tcp://127\.0\.0\.1:\d+", line))
    )
    threading.Thread(target=scheduler.stderr.read, daemon=True).start()
    return scheduler, address


@contextmanager
def ended(*processes):
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def wait_for_worker(address, count=1):
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=60)
