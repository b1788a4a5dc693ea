"""Which of the models suits a picture: by what it does, by colour or grey, and by the sizes that it knows."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from desktop_app.engine.manifest import Restoration
from desktop_app.engine.packages import Package

Task = Literal["denoise", "upscale", "inpaint"]
TASKS: tuple[Task, ...] = ("denoise", "upscale", "inpaint")


class Shape(NamedTuple):
    """Of a picture, in pixels."""

    height: int
    width: int
    channels: int


def restoration(package: Package) -> Restoration:
    assert package.manifest.restoration is not None
    return package.manifest.restoration


def task_of(package: Package) -> Task:
    return next(task for task in TASKS if task in package.manifest.abilities)


def models_for(task: Task, packages: Sequence[Package]) -> list[Package]:
    return [package for package in packages if task in package.manifest.abilities]


def why_not(package: Package, shape: Shape | None) -> str:
    """A sentence where a model cannot take a picture, else an empty string."""
    side = restoration(package).side
    if shape is None or side is None or (shape.height % side == 0 and shape.width % side == 0):
        return ""
    return (
        f"It knows pictures of {side} × {side} pixels, or sheets of them; this picture is "
        f"{shape.width} × {shape.height}."
    )


def best(task: Task, packages: Sequence[Package], shape: Shape | None) -> Package | None:
    """The model that the program chooses by itself: the first of those that suit most."""
    fitting = [package for package in models_for(task, packages) if not why_not(package, shape)]
    return min(fitting, key=lambda package: _strangeness(package, shape), default=None)


def suited(package: Package, packages: Sequence[Package], shape: Shape) -> Package:
    """The model itself where it suits a picture, else the one of its task that does."""
    side, channels = restoration(package).side, restoration(package).channels
    if not why_not(package, shape) and (side is not None or channels == shape.channels):
        return package
    return best(task_of(package), packages, shape) or package


def _strangeness(package: Package, shape: Shape | None) -> tuple[bool, bool]:
    own = restoration(package)
    return own.side is not None, own.channels != (shape.channels if shape else 3)
