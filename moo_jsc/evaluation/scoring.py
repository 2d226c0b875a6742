"""How candidates are scored: on which split, after which training, where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from moo_jsc.data import SPLITS, SplitName
from moo_jsc.evaluation.recipe import DEFAULT_FINE_TUNING, FineTuning
from moo_jsc.foundation.devices import check_device
from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.names import checked_name

Training = Literal["ptq", "qat"]


@dataclass(frozen=True)
class Scoring:
    """How candidates are scored.

    Parameters
    ----------
    split
        Where predictions are scored; a search should see ``"validation"`` only.
    latency
        Milliseconds of each network, in order; needed when an objective is measured.
    training
        ``"ptq"`` rounds the trained network (post-training quantization); ``"qat"`` fine-tunes
        every configuration with its rounding in place before it is scored.
    device
        Where predictions are computed: ``"cpu"``, or ``"cuda"`` where torch sees one.

    fine_tuning
        The recipe, where `training` is ``"qat"``.
    seeds
        Trainings of each configuration, with seeds from the recipe's on; their mean is the value.

    Raises
    ------
    InputError
        A name is unknown, or there is no such device.
    """

    split: SplitName = "validation"
    latency: tuple[float, ...] | None = None
    training: Training = "ptq"
    device: str = "cpu"
    fine_tuning: FineTuning = DEFAULT_FINE_TUNING
    seeds: int = 1

    def __post_init__(self) -> None:
        checked_name("split", self.split, SPLITS)
        checked_name("training", self.training, get_args(Training))
        check_device(self.device)
        if type(self.seeds) is not int or self.seeds < 1:
            raise InputError(
                f"seeds = {self.seeds!r}: expected a whole number of trainings, at least 1"
            )
