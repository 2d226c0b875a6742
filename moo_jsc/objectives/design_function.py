"""An objective that is a plain function of a trained network and its formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from moo_jsc.foundation.functions import function_hash
from moo_jsc.objectives.objective import Objective, Sense, register
from moo_jsc.quantization.formats import NetworkPrecision

if TYPE_CHECKING:
    from moo_jsc.networks.classifier import Classifier

    Function = Callable[[Classifier, NetworkPrecision], float]


@dataclass(frozen=True, kw_only=True)
class DesignFunction(Objective):
    """A number for a network and the formats of its dense layers, fractions explicit.

    Where it is ``known`` it is computed whenever it is asked for, before a design is tried too.
    Otherwise it is a measurement: made once for each design, network and machine, and kept in the
    store.

    Parameters
    ----------
    function
        Takes the trained float network (its layers are in ``spec``) and one
        `moo_jsc.quantization.formats.LayerPrecision` for each dense layer; returns a finite
        number.
    """

    function: Function = field(repr=False)

    @property
    def identity(self) -> str:
        """The function's hash."""
        return function_hash(self.function)


def register_function(
    name: str, *, unit: str, sense: Sense, known: bool = True, source: str = ""
) -> Callable[[Function], DesignFunction]:
    """Register a function as an objective; the first line of its docstring is the definition.

    Parameters
    ----------
    name, unit, sense, source
        See `Objective`.
    known
        False for what is measured: every design has to be tried.

    Raises
    ------
    ValueError
        There is one of this name.

    Examples
    --------
    >>> from moo_jsc.networks.family import network_spec
    >>> from moo_jsc.networks.classifier import initialized
    >>> from moo_jsc.objectives import OBJECTIVES
    >>> from moo_jsc.quantization.formats import LayerPrecision
    >>> @register_function("widest", unit="bits", sense="min")
    ... def widest(network, precision):
    ...     '''Widest weight of any layer.'''
    ...     return max(layer.weight_width for layer in precision)
    >>> widest.function(initialized(network_spec("jsc-tiny"), seed=0), [LayerPrecision()])
    32
    >>> OBJECTIVES.pop("widest").definition
    'Widest weight of any layer.'
    """

    def registered(function: Function) -> DesignFunction:
        text = (function.__doc__ or "").strip().splitlines()
        return register(
            DesignFunction(
                name=name,
                unit=unit,
                sense=sense,
                known=known,
                definition=text[0] if text else "",
                source=source,
                function=function,
            )
        )

    return registered
