"""Problems from a network and a table of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from moo_jsc.data import SplitName
from moo_jsc.evaluation.scoring import Scoring, Training
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.names import checked_name, listed_names
from moo_jsc.objectives import OBJECTIVES, get_objectives
from moo_jsc.objectives.bounds import UNBOUNDED, Bounds
from moo_jsc.objectives.objective import Objective
from moo_jsc.objectives.scales import LINEAR, Scales
from moo_jsc.problems.architecture import HiddenWidths
from moo_jsc.problems.assembly import assembled, check_fit
from moo_jsc.problems.network_problem import NetworkProblem
from moo_jsc.problems.precision import PRECISION_SPACES, PrecisionSpace

if TYPE_CHECKING:
    from torch import Tensor, nn

    from moo_jsc.data import Dataset
    from moo_jsc.networks.group_training import Schedule
    from moo_jsc.networks.kept_training import Trainer

OWN_PRECISION = "mixed-precision-coarse"
OWN_OBJECTIVES = ("accuracy", "size", "bitops")


def problem_from_torch(
    network: nn.Module | str | Path,
    data: Dataset,
    *,
    precision: str | PrecisionSpace | None = OWN_PRECISION,
    objectives: Sequence[str | Objective] = OWN_OBJECTIVES,
    name: str = "own",
    weights: str | Path | Mapping[str, Tensor] | None = None,
    widths: Sequence[int] = (),
    schedule: Schedule | None = None,
    seed: int = 0,
    split: SplitName = "validation",
    training: Training = "ptq",
    fine_tuning_seeds: int = 1,
    latency_batch: int = 1024,
    device: str = "cpu",
    bounds: Bounds = UNBOUNDED,
    scales: Scales = LINEAR,
    cache_dir: Path | str | None = None,
    progress: bool = False,
    trainer: Trainer | None = None,
) -> NetworkProblem:
    """Build a problem from a network of one's own.

    Parameters
    ----------
    network
        See `moo_jsc.networks.intake.take_in`: a module that is a stack of Linear, BatchNorm1d
        and ReLU, or the path of an ONNX file.
    data
        What the network was trained on (`moo_jsc.data.load_dataset`), with
        ``standardize=False`` if it takes raw units.
    precision
        A name in `PRECISION_SPACES`, a space, or None for float networks of several widths.
    objectives
        Registered names, or objectives.
    name
        Of the problem.
    weights
        Trained weights for the module, see `take_in`.
    widths
        Channels that each hidden dense layer may have. All forms are then trained together,
        from their initial weights; the network gives the layers alone.
    schedule
        Train the network anew, or its forms, by this schedule; by default the network is taken
        as it is, and forms are trained by `moo_jsc.networks.kept_training.schedule_for`.
    seed
        Of training.
    split, training, fine_tuning_seeds, latency_batch, device, bounds, scales
        See `moo_jsc.problems.catalog.build_problem`.
    cache_dir
        Folder of the store that keeps trained networks, by default the user's.
    progress
        Show the training's epochs on standard error.
    trainer
        Who trains, see `moo_jsc.networks.kept_training.kept_ensemble`; for instance
        ``partial(train_on_workers, crew=Workers(scheduler=...))`` (`moo_jsc.enumeration`).

    Raises
    ------
    InputError
        The network is no such stack (the message names the module and the way out), does not
        take the data, or a name is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from torch import nn
    >>> from moo_jsc.data import load_dataset
    >>> rng = np.random.default_rng(0)
    >>> data = load_dataset({"x": rng.normal(size=(90, 6)), "y": np.arange(90) % 3}, label="y")
    >>> net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3))
    >>> problem_from_torch(net, data)
    <QuantizationProblem 'own': 144 configurations; accuracy (max), size (min), bitops (min)>
    """
    from moo_jsc.networks.intake import take_in
    from moo_jsc.networks.kept_training import kept_ensemble

    chosen = _objectives(objectives)
    scoring = Scoring(split=split, training=training, device=device, seeds=fine_tuning_seeds)
    if isinstance(precision, str):
        precision = PRECISION_SPACES[checked_name("precision", precision, PRECISION_SPACES)]
    given = take_in(network, weights=weights)
    check_fit(given.spec, data)
    multipliers = HiddenWidths(tuple(widths)) if widths else None
    if multipliers and weights is not None:
        raise InputError(
            f"problem {name!r}: widths train every form anew, expected no weights beside them"
        )
    if multipliers and len(given.spec.linear_layers) < 2:
        raise InputError(f"problem {name!r}: no hidden layer, expected no widths")
    specs = multipliers.forms(given.spec) if multipliers else (given.spec,)
    networks = [given]
    if multipliers or schedule:
        networks = kept_ensemble(
            specs,
            data,
            schedule,
            seed=seed,
            cache_dir=cache_dir,
            device=device,
            progress=progress,
            trainer=trainer,
        )
    problem = assembled(
        name,
        networks,
        chosen,
        data,
        scoring,
        multipliers=multipliers,
        precision=precision,
        latency_batch=latency_batch,
    )
    return problem.within(bounds, scales)


def _objectives(given: Sequence[str | Objective]) -> tuple[Objective, ...]:
    """Return objectives given by name or as they are, each once."""
    if isinstance(given, str):
        return get_objectives(given)
    own = {each.name: each for each in given if isinstance(each, Objective)}
    names = [each.name if isinstance(each, Objective) else each for each in given]
    known = {**OBJECTIVES, **own}
    return tuple(known[name] for name in listed_names("objective", names, known))
