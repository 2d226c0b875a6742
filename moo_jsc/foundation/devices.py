"""Where tensors are computed."""

from __future__ import annotations

import re

from moo_jsc.foundation.errors import InputError


def check_device(device: str) -> None:
    """Check that tensors can be computed on a device.

    Raises
    ------
    InputError
        It is neither ``"cpu"`` nor a CUDA device that torch sees.

    Examples
    --------
    >>> check_device("gpu")
    Traceback (most recent call last):
    moo_jsc.foundation.errors.InputError: device 'gpu': expected cpu, cuda or cuda:NUMBER
    """
    named = re.fullmatch(r"cpu|cuda(:(?P<number>\d+))?", str(device))
    if named is None:
        raise InputError(f"device {device!r}: expected cpu, cuda or cuda:NUMBER")
    if device != "cpu":
        import torch

        seen = torch.cuda.device_count()
        if int(named["number"] or 0) >= seen:
            raise InputError(
                f"device {device!r}: torch sees {seen} CUDA devices here, expected cpu"
            )
