"""A stroke while it is being drawn: thinned to what the view can show, straight where Shift is held."""

import math
from dataclasses import dataclass, field
from typing import Literal

from desktop_app.studio.restoration import Stroke
from desktop_app.ui.restore.wipe import Point

Tool = Literal["hand", "brush", "eraser"]


@dataclass(frozen=True)
class Brush:
    tool: Tool = "hand"
    radius: float = 16.0  # pixels of the original
    amount: float = 1.0

    @property
    def paints(self) -> bool:
        return self.tool != "hand"


@dataclass
class Drawing:
    """Points are in pixels of the original; those nearer to the last than `spacing` are left out."""

    brush: Brush
    spacing: float
    points: list[Point] = field(default_factory=list)
    settled: int = 0  # points that stay; one after them is the end of a straight line that is being pulled

    def begin(self, point: Point, *, after: Point | None = None) -> None:
        """after: where the last stroke ended, to go on from there in a straight line."""
        self.points = [point] if after is None else [after, point]
        self.settled = 1

    def go_on(self, point: Point, *, straight: bool) -> None:
        if straight:
            del self.points[self.settled :]
            self.points.append(point)
            return
        if math.dist(point, self.points[-1]) >= self.spacing:
            self.points.append(point)
        self.settled = len(self.points)

    def stroke(self, *, erased: float) -> Stroke:
        """erased: what the eraser leaves behind, 0 in a mask and 1 where strength is painted."""
        amount = erased if self.brush.tool == "eraser" else self.brush.amount
        return Stroke(tuple(self.points), self.brush.radius, amount)
