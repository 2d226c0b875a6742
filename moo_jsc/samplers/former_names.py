"""Names that samplers had before; commands, files and trial logs may still use them."""

from __future__ import annotations

FORMER_NAMES = {"scalarised-tpe": "scalarized-tpe"}
"""Today's name of each."""


def present_name(name: str) -> str:
    """Return what a sampler is called today, alone or inside a wrapper.

    Examples
    --------
    >>> present_name("scalarised-tpe"), present_name("optuna-tpe")
    ('scalarized-tpe', 'optuna-tpe')
    >>> present_name("without-repeats(scalarised-tpe)")
    'without-repeats(scalarized-tpe)'
    """
    for former, present in FORMER_NAMES.items():
        name = name.replace(former, present)
    return name


def former_names(name: str) -> list[str]:
    """Return what a sampler with today's name was called before.

    Examples
    --------
    >>> former_names("scalarized-tpe-without-repeats")
    ['scalarised-tpe-without-repeats']
    """
    return [
        name.replace(present, former) for former, present in FORMER_NAMES.items() if present in name
    ]
