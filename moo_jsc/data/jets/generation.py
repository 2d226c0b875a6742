"""Generate jets with Pythia: one class, one process, one seed at a time.

Needs pythia8mc (``pip install 'moo-jsc[generate]'``), which also brings the FastJet core that
clusters the events. Only regenerating the shipped sample needs it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moo_jsc.data.jets.columns import CLASSES, FEATURES
from moo_jsc.data.jets.detector import EFFECTIVE, Detector, Kind
from moo_jsc.data.jets.grooming import FloatArray
from moo_jsc.data.jets.observables import jet_features
from moo_jsc.foundation.errors import InputError

COLLISION_ENERGY = 13_000.0
JET_RADIUS = 0.4
JET_PT_RANGE = (800.0, 1600.0)
MAX_ABS_ETA = 5.0
MATCHING_DISTANCE = 0.2

#: W, Z and t on their mass shell.
ON_SHELL: tuple[str, ...] = (
    "PhaseSpace:useBreitWigners = off",
    "ParticleData:modeBreitWigner = 0",
)

#: Pythia settings shared by all classes: pp at 13 TeV, W and Z hadronic, particles that live
#: longer than 10 mm kept (K_S, Lambda, Sigma).
COMMON_SETTINGS: tuple[str, ...] = (
    "Beams:idA = 2212",
    "Beams:idB = 2212",
    f"Beams:eCM = {COLLISION_ENERGY:.0f}",
    "ParticleDecays:limitTau0 = on",
    "ParticleDecays:tau0Max = 10.0",
    "23:onMode = off",
    "23:onIfAny = 1 2 3 4 5",
    "24:onMode = off",
    "24:onIfAny = 1 2 3 4 5",
    "Next:numberCount = 0",
    "Print:quiet = on",
)

_WINDOW = ("PhaseSpace:pTHatMin = 1000.", "PhaseSpace:pTHatMax = 1020.")

#: Hard processes and their transverse momentum window (GeV), class by class.
CLASS_SETTINGS: dict[str, tuple[str, ...]] = {
    "g": (
        "HardQCD:gg2gg = on",
        "HardQCD:qqbar2gg = on",
        "PhaseSpace:pTHatMin = 980.",
        "PhaseSpace:pTHatMax = 1500.",
    ),
    "q": (
        "HardQCD:gg2qqbar = on",
        "HardQCD:qq2qq = on",
        "HardQCD:qqbar2qqbarNew = on",
        *_WINDOW,
    ),
    "t": ("Top:gg2ttbar = on", "Top:qqbar2ttbar = on", *_WINDOW),
    "w": ("WeakDoubleBoson:ffbar2WW = on", *_WINDOW),
    "z": ("WeakDoubleBoson:ffbar2gmZgmZ = on", "WeakZ0:gmZmode = 2", *_WINDOW),
}

_ANTI_KT = -1
_VISIBLE = 2
_TRUE_MASSES = 2
_PHOTON = 22
_HARD_PARTONS = (5, 6)


@dataclass(frozen=True)
class GeneratedJets:
    """Jets of one class, with what it took to get them.

    Attributes
    ----------
    label
        The class, one of `CLASSES`.
    seed
        Pythia's random seed.
    features
        float32, shape (n, 16), raw units, columns in the order of `FEATURES`.
    events
        Events generated, of which n gave a jet.
    pythia_version
        Version of the generator.
    """

    label: str
    seed: int
    features: NDArray[np.float32]
    events: int
    pythia_version: str


def generate_class(
    label: str,
    count: int,
    seed: int,
    on_jet: Callable[[int], None] | None = None,
    detector: Detector = EFFECTIVE,
) -> GeneratedJets:
    """Generate the features of jets of one class, as a detector sees them.

    Parameters
    ----------
    label
        One of `CLASSES`.
    count
        Jets wanted, at least 1.
    seed
        1 to 900,000,000. The same seed and version of Pythia give the same jets.
    on_jet
        Called with the number of jets so far after each one.
    detector
        Applied to the constituents of each jet. Which jets there are does not depend on it.

    Returns
    -------
    GeneratedJets

    Raises
    ------
    InputError
        Unknown label, bad count or seed, or pythia8mc is not installed.

    Examples
    --------
    >>> generate_class("higgs", 10, seed=1)
    Traceback (most recent call last):
    moo_jsc.foundation.errors.InputError: class 'higgs': expected one of g, q, t, w, z
    """
    if count < 1:
        raise InputError(f"jets a class = {count}: expected at least 1")
    noise = np.random.default_rng((seed, 1))
    features = np.empty((count, len(FEATURES)), dtype=np.float32)
    events = 0
    for found, jet in zip(range(count), leading_jets(label, seed), strict=False):
        features[found] = jet_features(detector.measure(jet.momenta, jet.kinds, noise))
        events = jet.events
        if on_jet is not None:
            on_jet(found + 1)
    return GeneratedJets(label, seed, features, events, _pythia_version())


@dataclass(frozen=True)
class Jet:
    """The leading jet of an event.

    Attributes
    ----------
    momenta
        Constituents (E, px, py, pz) in GeV, shape (n, 4), as generated.
    kinds
        What they are, as `Kind`, shape (n,).
    events
        Events generated up to this one.
    """

    momenta: FloatArray
    kinds: NDArray[np.int64]
    events: int


def leading_jets(label: str, seed: int, *, natural_widths: bool = False) -> Iterator[Jet]:
    """Generate jets of one class without end.

    In each event the leading jet is kept if it has 0.8 to 1.6 TeV of transverse momentum and lies
    within 0.2 of an outgoing particle of the hard process. W and Z of the classes w and z decay
    isotropically: an event is accepted with probability 1 / (1 + cos^2 theta).

    Parameters
    ----------
    label
        One of `CLASSES`.
    seed
        1 to 900,000,000.
    natural_widths
        Give W, Z and t their Breit-Wigner distributions, instead of the mass shell.

    Yields
    ------
    Jet

    Raises
    ------
    InputError
        Unknown label, bad seed, or pythia8mc is not installed.
    """
    if label not in CLASSES:
        raise InputError(f"class {label!r}: expected one of {', '.join(CLASSES)}")
    if not 1 <= seed <= 900_000_000:
        raise InputError(f"seed = {seed}: expected 1 to 900000000")
    pythia8mc = _import_pythia()
    pythia = _configured_pythia(pythia8mc, label, seed, natural_widths)
    clustering = pythia8mc.SlowJet(
        _ANTI_KT, JET_RADIUS, JET_PT_RANGE[0], MAX_ABS_ETA, _VISIBLE, _TRUE_MASSES
    )
    acceptance = np.random.default_rng(seed)
    events = 0
    while True:
        events += 1
        if not pythia.next():
            continue
        particles = _leading_jet(pythia.event, clustering, label, acceptance)
        if particles:
            momenta = np.array([(p.e(), p.px(), p.py(), p.pz()) for p in particles])
            yield Jet(momenta, np.array([_kind(p) for p in particles]), events)


def settings_of(label: str, *, natural_widths: bool = False) -> tuple[str, ...]:
    """All settings of Pythia for a class, but for the seed.

    Examples
    --------
    >>> settings_of("t")[-4:-2]
    ('Top:gg2ttbar = on', 'Top:qqbar2ttbar = on')
    """
    widths = () if natural_widths else ON_SHELL
    return (*COMMON_SETTINGS, *widths, *CLASS_SETTINGS[label])


def _import_pythia() -> Any:
    try:
        import pythia8mc
    except ImportError:
        raise InputError(
            "generating jets needs pythia8mc: pip install 'moo-jsc[generate]'"
        ) from None
    return pythia8mc


def _pythia_version() -> str:
    number = _import_pythia().Pythia("", False).parm("Pythia:versionNumber")
    return f"{number:.3f}"


def _configured_pythia(pythia8mc: Any, label: str, seed: int, natural_widths: bool) -> Any:
    pythia = pythia8mc.Pythia("", False)
    seeding = ("Random:setSeed = on", f"Random:seed = {seed}")
    for setting in (*settings_of(label, natural_widths=natural_widths), *seeding):
        if not pythia.readString(setting):
            raise RuntimeError(f"Pythia refused the setting {setting!r}")
    if not pythia.init():
        raise RuntimeError(f"Pythia could not be initialised for class {label!r}")
    return pythia


def _leading_jet(
    event: Any, clustering: Any, label: str, acceptance: np.random.Generator
) -> list[Any]:
    """Constituents of the leading jet; none if it is not accepted."""
    if not clustering.analyze(event) or clustering.sizeJet() == 0:
        return []
    transverse = clustering.pT(0)
    if not JET_PT_RANGE[0] <= transverse <= JET_PT_RANGE[1]:
        return []
    parton = _matched_parton(event, clustering.y(0), clustering.phi(0))
    if parton is None:
        return []
    if label in ("w", "z"):
        cosine = _decay_cosine(event, parton)
        if acceptance.random() > 1.0 / (1.0 + cosine**2):
            return []
    return [event[index] for index in clustering.constituents(0)]


def _kind(particle: Any) -> Kind:
    if particle.isCharged():
        return Kind.CHARGED
    return Kind.PHOTON if particle.id() == _PHOTON else Kind.NEUTRAL_HADRON


def _matched_parton(event: Any, rapidity: float, azimuth: float) -> int | None:
    """Index of the outgoing particle of the hard process nearest to the jet, if near enough."""
    distances = {index: _distance(event[index], rapidity, azimuth) for index in _HARD_PARTONS}
    nearest = min(distances, key=lambda index: distances[index])
    return nearest if distances[nearest] < MATCHING_DISTANCE else None


def _distance(particle: Any, rapidity: float, azimuth: float) -> float:
    difference = abs(particle.phi() - azimuth)
    return float(np.hypot(particle.y() - rapidity, min(difference, 2 * np.pi - difference)))


def _decay_cosine(event: Any, boson: int) -> float:
    """Cosine between the flight of a boson and a decay quark in the boson's rest frame."""
    last = event[boson].iBotCopyId()
    parent = event[last].p()
    quark = event[event[last].daughter1()].p()
    quark.bstback(parent)
    flight = np.array([parent.px(), parent.py(), parent.pz()])
    quark_direction = np.array([quark.px(), quark.py(), quark.pz()])
    return float(
        flight @ quark_direction / (np.linalg.norm(flight) * np.linalg.norm(quark_direction))
    )
