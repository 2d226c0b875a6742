"""What a network is made of, without its weights: layers, shapes, parameter counts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Linear:
    """A dense layer, y = W x + b, with W of shape (outputs, inputs)."""

    inputs: int
    outputs: int

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one sample."""
        return self.inputs * self.outputs

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return self.inputs * self.outputs + self.outputs


@dataclass(frozen=True)
class BatchNorm:
    """Batch normalisation of `features` channels, with a learned scale and shift."""

    features: int

    @property
    def parameters(self) -> int:
        """Scale and shift of each channel (running statistics are not counted)."""
        return 2 * self.features


@dataclass(frozen=True)
class ReLU:
    """max(x, 0) on `features` channels."""

    features: int

    @property
    def parameters(self) -> int:
        """None."""
        return 0


Layer = Linear | BatchNorm | ReLU


@dataclass(frozen=True)
class NetworkSpec:
    """A feed-forward network as a sequence of layers.

    Parameters
    ----------
    name
        As in `moo_jsc.networks`, for instance ``"jsc-three-linear"``.
    layers
        In order of computation; neighbouring shapes must fit.
    names
        Of the dense layers; by default they are named by position (``seq_blocks_2``).

    Raises
    ------
    ValueError
        Neighbouring layers do not fit, or names are repeated or not one a dense layer.

    Examples
    --------
    >>> spec = NetworkSpec("tiny", (BatchNorm(16), ReLU(16), Linear(16, 5)))
    >>> spec.parameters, spec.macs, spec.linear_names
    (117, 80, ('seq_blocks_2',))
    """

    name: str
    layers: tuple[Layer, ...]
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        width = None
        if self.names and len(set(self.names)) != len(self.linear_positions):
            raise ValueError(
                f"{self.name}: names {', '.join(self.names)}: expected a different one for each of "
                f"{len(self.linear_positions)} dense layers"
            )
        for position, layer in enumerate(self.layers):
            expected = layer.inputs if isinstance(layer, Linear) else layer.features
            if width is not None and width != expected:
                raise ValueError(
                    f"{self.name}: layer {position} takes {expected} channels, gets {width}"
                )
            width = layer.outputs if isinstance(layer, Linear) else layer.features

    @property
    def linear_positions(self) -> tuple[int, ...]:
        """Positions of the dense layers in `layers`."""
        return tuple(i for i, layer in enumerate(self.layers) if isinstance(layer, Linear))

    @property
    def linear_layers(self) -> tuple[Linear, ...]:
        """The dense layers, in order."""
        return tuple(layer for layer in self.layers if isinstance(layer, Linear))

    @property
    def linear_names(self) -> tuple[str, ...]:
        """Names of the dense layers; by position, ``seq_blocks_2`` is the third layer."""
        if self.names:
            return self.names
        return tuple(f"seq_blocks_{position}" for position in self.linear_positions)

    @property
    def features(self) -> int:
        """Features of a sample."""
        first = self.layers[0]
        return first.inputs if isinstance(first, Linear) else first.features

    @property
    def classes(self) -> int:
        """Classes, one logit each."""
        last = self.layers[-1]
        return last.outputs if isinstance(last, Linear) else last.features

    @property
    def parameters(self) -> int:
        """Learned parameters: weights, biases, scales and shifts."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of the dense layers for one sample."""
        return sum(layer.macs for layer in self.linear_layers)
