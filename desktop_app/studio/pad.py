"""Weights of a point among anchors on a plane: natural neighbour coordinates (Sibson 1981).

A point weighs each anchor by the area that its own Voronoi cell would take from that anchor's. So an anchor itself
has weight one there, a point on the line of two has its share of both, and weights change smoothly in between.
"""

from collections.abc import Sequence

Point = tuple[float, float]


def weights(anchors: Sequence[Point], point: Point) -> list[float]:
    """One weight an anchor, summing to one; exactly one for an anchor that lies on the point."""
    raise NotImplementedError
