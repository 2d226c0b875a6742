"""Grooming: Cambridge/Aachen reclustering and the modified mass-drop tagger.

Plain numpy on four-momenta (E, px, py, pz) in GeV, one jet at a time.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: Momentum-sharing threshold of the modified mass-drop tagger.
Z_CUT = 0.1


def rapidity_and_azimuth(momenta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rapidity 0.5 ln((E + pz)/(E - pz)) and azimuth of four-momenta.

    Parameters
    ----------
    momenta
        Four-momenta (E, px, py, pz) in GeV, shape (..., 4).

    Returns
    -------
    rapidity, azimuth : ndarray
        Dimensionless and radians in (-pi, pi], each of shape (...).

    Examples
    --------
    >>> rapidity, azimuth = rapidity_and_azimuth(np.array([[5.0, 0.0, 3.0, 4.0]]))
    >>> float(rapidity[0].round(6)), float(azimuth[0].round(6))
    (1.098612, 1.570796)
    """
    energy, px, py, pz = np.moveaxis(np.asarray(momenta, dtype=np.float64), -1, 0)
    squared_transverse_mass = np.maximum((energy - pz) * (energy + pz), 1e-300)
    rapidity = np.arcsinh(pz / np.sqrt(squared_transverse_mass))
    return rapidity, np.arctan2(py, px)


def cambridge_aachen(momenta: FloatArray) -> tuple[FloatArray, NDArray[np.int64]]:
    """Cluster one jet with Cambridge/Aachen until a single object is left.

    At each step the two objects nearest in (rapidity, azimuth) are merged by adding their
    four-momenta (Dokshitzer et al., hep-ph/9707323; Wobisch and Wengler, hep-ph/9907280). No
    radius limits the clustering, as is usual when the constituents of one jet are reclustered.

    Parameters
    ----------
    momenta
        Constituents (E, px, py, pz) in GeV, shape (n, 4), n >= 1.

    Returns
    -------
    nodes : ndarray, shape (2 n - 1, 4)
        Four-momenta: the n constituents, then each merged object in the order of merging.
    parents : ndarray of int, shape (n - 1, 2)
        Row k holds the two nodes that node n + k was merged from.

    Notes
    -----
    O(n^2) memory, O(n^3) elementary operations, done as n - 1 vectorised steps.

    Examples
    --------
    >>> jet = np.array([[5.0, 5.0, 0.0, 0.0], [5.0, 4.9, 1.0, 0.0], [5.0, 3.0, 4.0, 0.0]])
    >>> nodes, parents = cambridge_aachen(jet)
    >>> parents.tolist()
    [[0, 1], [2, 3]]
    >>> nodes[-1].tolist()
    [15.0, 12.9, 5.0, 0.0]
    """
    n = len(momenta)
    nodes = np.empty((2 * n - 1, 4))
    nodes[:n] = momenta
    parents = np.empty((n - 1, 2), dtype=np.int64)
    rapidity, azimuth = rapidity_and_azimuth(nodes[:n])
    distance = squared_distances(rapidity, azimuth)
    np.fill_diagonal(distance, np.inf)
    node_of_slot = np.arange(n)
    for step in range(n - 1):
        kept, gone = sorted(divmod(int(distance.argmin()), n))
        parents[step] = np.sort(node_of_slot[[kept, gone]])
        merged = nodes[node_of_slot[kept]] + nodes[node_of_slot[gone]]
        nodes[n + step] = merged
        node_of_slot[kept] = n + step
        rapidity[kept], azimuth[kept] = rapidity_and_azimuth(merged)
        rapidity[gone] = np.inf
        difference = np.abs(azimuth - azimuth[kept])
        np.minimum(difference, 2.0 * np.pi - difference, out=difference)
        row = (rapidity - rapidity[kept]) ** 2 + difference**2
        row[kept] = np.inf
        distance[kept] = row
        distance[:, kept] = row
        distance[gone] = np.inf
        distance[:, gone] = np.inf
    return nodes, parents


def squared_distances(rapidity: FloatArray, azimuth: FloatArray) -> FloatArray:
    """Squared distances Delta R^2 = Delta y^2 + Delta phi^2 of all pairs.

    Parameters
    ----------
    rapidity, azimuth
        Coordinates of n objects, each of shape (n,); azimuth in radians within (-pi, pi].

    Returns
    -------
    ndarray, shape (n, n)
        Symmetric, zero on the diagonal.

    Examples
    --------
    >>> squared_distances(np.array([0.0, 3.0]), np.array([-3.0, 3.0])).round(4).tolist()
    [[0.0, 9.0802], [9.0802, 0.0]]
    """
    difference = np.abs(azimuth[:, None] - azimuth)
    difference = np.minimum(difference, 2.0 * np.pi - difference)
    return (rapidity[:, None] - rapidity) ** 2 + difference**2


def mmdt(momenta: FloatArray, z_cut: float = Z_CUT) -> FloatArray:
    """Groom one jet with the modified mass-drop tagger (soft drop with beta = 0).

    The Cambridge/Aachen tree is undone from its root. While the softer of the two branches
    carries less than `z_cut` of their summed transverse momentum it is dropped and the walk goes
    on in the harder one; the first pair that passes is the groomed jet (Dasgupta et al.,
    arXiv:1307.0007; Larkoski et al., arXiv:1402.2657). A jet without such a pair is groomed down
    to one constituent.

    Parameters
    ----------
    momenta
        Constituents (E, px, py, pz) in GeV, shape (n, 4), n >= 1.
    z_cut
        Smallest accepted share of the softer branch, within 0 to 0.5.

    Returns
    -------
    ndarray, shape (m, 4)
        The constituents that remain, 1 <= m <= n, in their order.

    Examples
    --------
    The soft wide-angle particle is dropped, the symmetric pair is kept.

    >>> jet = np.array([[50.0, 50, 0, 0], [50.0, 49.0, 9.9499, 0], [5.0, 4.0, -3.0, 0]])
    >>> mmdt(jet).shape
    (2, 4)
    """
    nodes, parents = cambridge_aachen(momenta)
    n = len(momenta)
    transverse = np.hypot(nodes[:, 1], nodes[:, 2])
    node = len(nodes) - 1
    while node >= n:
        softer, harder = sorted(parents[node - n], key=lambda branch: transverse[branch])
        if transverse[softer] > z_cut * (transverse[softer] + transverse[harder]):
            break
        node = int(harder)
    return np.asarray(momenta, dtype=np.float64)[_leaves(parents, node, n)]


def _leaves(parents: NDArray[np.int64], root: int, n: int) -> list[int]:
    """Constituents below a node of the tree, in increasing order."""
    found, open_nodes = [], [root]
    while open_nodes:
        node = open_nodes.pop()
        if node < n:
            found.append(node)
        else:
            open_nodes.extend(int(branch) for branch in parents[node - n])
    return sorted(found)
