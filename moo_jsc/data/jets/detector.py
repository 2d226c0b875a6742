"""What a detector makes of a jet's particles: merged, smeared, and given one mass."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from moo_jsc.data.jets.grooming import FloatArray
from moo_jsc.foundation.errors import InputError

#: Mass of the charged pion in GeV (Particle Data Group).
PION_MASS = 0.13957


class Kind(IntEnum):
    """What a detector can tell of a particle."""

    CHARGED = 0
    PHOTON = 1
    NEUTRAL_HADRON = 2


@dataclass(frozen=True)
class Detector:
    """An effective detector: every particle counts, with finite resolution.

    It stands for no particular experiment.

    Attributes
    ----------
    cell
        Width in pseudorapidity and azimuth (radians) of the cells in which photons are merged, and
        other neutral particles likewise; 0 merges none. Charged particles are never merged.
    direction
        Standard deviation of a particle's pseudorapidity and of its azimuth (radians), at least 0.
    momentum
        Standard deviation of a particle's transverse momentum relative to it, within 0 to 0.2.
    mass
        Mass in GeV that every particle is given, or None for its own.

    Raises
    ------
    InputError
        A value is out of its range.

    Examples
    --------
    >>> Detector(direction=-0.1)
    Traceback (most recent call last):
    moo_jsc.foundation.errors.InputError: direction = -0.1: expected at least 0
    """

    cell: float = 0.0
    direction: float = 0.0
    momentum: float = 0.0
    mass: float | None = None

    def __post_init__(self) -> None:
        for name, value in (("cell", self.cell), ("direction", self.direction)):
            if not 0.0 <= value < np.inf:
                raise InputError(f"{name} = {value}: expected at least 0")
        if not 0.0 <= self.momentum <= 0.2:
            raise InputError(f"momentum = {self.momentum}: expected 0 to 0.2")
        if self.mass is not None and not 0.0 <= self.mass < np.inf:
            raise InputError(f"mass = {self.mass}: expected at least 0, or None")

    def measure(
        self, momenta: FloatArray, kinds: NDArray[np.integer], generator: np.random.Generator
    ) -> FloatArray:
        """Return the four-momenta as the detector sees them.

        Parameters
        ----------
        momenta
            Particles (E, px, py, pz) in GeV, shape (n, 4), none along the beam.
        kinds
            What they are, as `Kind`, shape (n,).
        generator
            Draws three normal numbers a merged particle, whatever the resolutions are.

        Returns
        -------
        ndarray, shape (m, 4)
            m <= n. As `momenta` where nothing is merged or smeared and masses are kept.

        Examples
        --------
        >>> particle, kind = np.array([[5.0, 3.0, 0.0, 4.0]]), np.array([Kind.PHOTON])
        >>> seen = Detector(mass=12.0).measure(particle, kind, np.random.default_rng(0))
        >>> seen.round(9).tolist()
        [[13.0, 3.0, 0.0, 4.0]]
        """
        if self.cell > 0.0:
            momenta = merged(momenta, kinds, self.cell)
        energy, px, py, pz = np.asarray(momenta, dtype=np.float64).T
        transverse = np.hypot(px, py)
        noise = generator.standard_normal((3, len(transverse)))
        squared_mass = (
            energy**2 - transverse**2 - pz**2
            if self.mass is None
            else np.full_like(energy, self.mass**2)
        )
        smeared = transverse * np.maximum(1.0 + self.momentum * noise[0], 0.01)
        pseudorapidity = np.arcsinh(pz / transverse) + self.direction * noise[1]
        azimuth = np.arctan2(py, px) + self.direction * noise[2]
        along = smeared * np.sinh(pseudorapidity)
        total = np.sqrt(np.maximum(smeared**2 + along**2 + squared_mass, 0.0))
        return np.column_stack([total, smeared * np.cos(azimuth), smeared * np.sin(azimuth), along])


def merged(momenta: FloatArray, kinds: NDArray[np.integer], cell: float) -> FloatArray:
    """Add up the photons of each cell, and the other neutral particles of each cell.

    Parameters
    ----------
    momenta
        Particles (E, px, py, pz) in GeV, shape (n, 4), none along the beam.
    kinds
        What they are, as `Kind`, shape (n,).
    cell
        Width of a cell in pseudorapidity and azimuth, above 0.

    Returns
    -------
    ndarray, shape (m, 4)
        m <= n; the sum of four-momenta is kept. Charged particles first, as they are.

    Examples
    --------
    >>> near = np.array([[5.0, 3.0, 0.0, 4.0], [10.0, 6.0, 0.0, 8.0]])
    >>> merged(near, np.array([Kind.PHOTON, Kind.PHOTON]), 0.01).tolist()
    [[15.0, 9.0, 0.0, 12.0]]
    >>> len(merged(near, np.array([Kind.PHOTON, Kind.NEUTRAL_HADRON]), 0.01))
    2
    """
    momenta = np.asarray(momenta, dtype=np.float64)
    charged = np.asarray(kinds) == Kind.CHARGED
    neutral = momenta[~charged]
    _, px, py, pz = neutral.T
    cells = np.column_stack(
        [
            kinds[~charged],
            np.floor(np.arcsinh(pz / np.hypot(px, py)) / cell),
            np.floor(np.arctan2(py, px) / cell),
        ]
    )
    _, place = np.unique(cells, axis=0, return_inverse=True)
    sums = np.zeros((int(place.max(initial=-1)) + 1, 4))
    np.add.at(sums, place.reshape(-1), neutral)
    return np.concatenate([momenta[charged], sums])


#: Particles as they are.
PERFECT = Detector()

#: The detector of the shipped sample; `docs/jets.md` says how it was chosen.
EFFECTIVE = Detector(cell=0.003, direction=0.002, momentum=0.04, mass=PION_MASS)
