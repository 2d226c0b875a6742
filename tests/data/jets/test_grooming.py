import math

import numpy as np
import pytest

from moo_jsc.data.jets.grooming import (
    cambridge_aachen,
    mmdt,
    rapidity_and_azimuth,
    squared_distances,
)


def massless(transverse: float, rapidity: float, azimuth: float) -> list[float]:
    return [
        transverse * math.cosh(rapidity),
        transverse * math.cos(azimuth),
        transverse * math.sin(azimuth),
        transverse * math.sinh(rapidity),
    ]


def test_symmetric_pair_is_kept_and_soft_radiation_dropped() -> None:
    jet = np.array(
        [massless(60, 0.1, 0.1), massless(40, 0.1, -0.1), massless(9, -0.3, 0), massless(1, 0.4, 0)]
    )
    assert mmdt(jet).tolist() == jet[:2].tolist()


@pytest.mark.parametrize(("soft", "kept"), [(9.9, 1), (12.0, 2)])
def test_threshold_is_on_the_share_of_the_softer_branch(soft: float, kept: int) -> None:
    jet = np.array([massless(100 - soft, 0, 0), massless(soft, 0.3, 0)])
    assert len(mmdt(jet)) == kept


def test_walk_follows_the_harder_branch() -> None:
    hard_pair = [massless(50, 0, 0), massless(45, 0.05, 0)]
    soft_pair = [massless(3, 0.35, 0), massless(3, 0.38, 0)]
    assert mmdt(np.array(soft_pair + hard_pair)).tolist() == hard_pair


def test_soft_branch_inside_an_accepted_pair_stays() -> None:
    jet = np.array([massless(50, 0, 0), massless(1, 0.02, 0), massless(45, 0.3, 0)])
    assert len(mmdt(jet)) == 3


def test_a_jet_without_a_hard_splitting_ends_as_one_particle() -> None:
    jet = np.array([massless(100, 0, 0), massless(1, 0.1, 0), massless(1, 0.3, 0)])
    assert mmdt(jet).tolist() == jet[:1].tolist()


def test_azimuth_wraps_around() -> None:
    jet = np.array([massless(50, 0, math.pi - 0.05), massless(45, 0, -math.pi + 0.05)])
    rapidity, azimuth = rapidity_and_azimuth(jet)
    assert squared_distances(rapidity, azimuth)[0, 1] == pytest.approx(0.01)
    third = np.array([massless(40, 0, math.pi - 0.3)])
    _, parents = cambridge_aachen(np.concatenate([third, jet]))
    assert parents[0].tolist() == [1, 2]


def test_tree_merges_nearest_objects_first() -> None:
    generator = np.random.default_rng(1)
    jet = np.array([massless(*row) for row in generator.uniform(0.1, 0.4, (25, 3))])
    nodes, parents = cambridge_aachen(jet)
    active = list(range(25))
    for step, (left, right) in enumerate(parents.tolist()):
        rapidity, azimuth = rapidity_and_azimuth(nodes[active])
        distances = squared_distances(rapidity, azimuth)
        np.fill_diagonal(distances, np.inf)
        first, second = np.unravel_index(distances.argmin(), distances.shape)
        assert {active[first], active[second]} == {left, right}
        active = [node for node in active if node not in (left, right)] + [25 + step]
    assert nodes[-1] == pytest.approx(jet.sum(axis=0))


def test_clustering_agrees_with_fastjet() -> None:
    fastjet = pytest.importorskip("fastjet")
    generator = np.random.default_rng(2)
    definition = fastjet.JetDefinition(fastjet.cambridge_algorithm, 1000.0)
    for _ in range(20):
        jet = np.array([massless(*row) for row in generator.uniform(0.1, 0.4, (30, 3))])
        sequence = fastjet.ClusterSequence(
            [fastjet.PseudoJet(px, py, pz, energy) for energy, px, py, pz in jet.tolist()],
            definition,
        )
        node = sequence.exclusive_jets(1)[0]
        while node.has_constituents():
            left, right = fastjet.PseudoJet(), fastjet.PseudoJet()
            if not node.has_parents(left, right):
                break
            softer, harder = sorted((left, right), key=lambda branch: branch.pt())
            if softer.pt() > 0.1 * (softer.pt() + harder.pt()):
                break
            node = harder
        groomed = mmdt(jet).sum(axis=0)
        assert groomed == pytest.approx([node.E(), node.px(), node.py(), node.pz()])
