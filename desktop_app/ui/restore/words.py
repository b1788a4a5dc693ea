"""The sentences of Restore that are made of figures."""

from typing import TYPE_CHECKING

from desktop_app.engine.packages import Package
from desktop_app.ui.restore.restore_models import Task, task_of

if TYPE_CHECKING:  # it brings Pillow, which is slow to import
    from desktop_app.studio.batch import Item

DOING: dict[Task, str] = {"denoise": "Cleaning", "upscale": "Enlarging", "inpaint": "Filling in"}
NAMES: dict[Task, str] = {"denoise": "Clean", "upscale": "Enlarge", "inpaint": "Fill in"}


def phase_words(package: Package, share: float, left_s: float | None) -> str:
    """What the status bar says. left_s: None while nobody knows."""
    left = "" if left_s is None else f", {seconds_words(left_s)} left"
    return f"{DOING[task_of(package)]} · {percent(share)}{left}"


def seconds_words(seconds: float) -> str:
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    return f"about {seconds / 60:.0f} min"


def percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def item_words(item: "Item", share: float) -> str:
    """A picture of a batch and what became of it. share: how much of it is done while it runs."""
    if item.state == "waiting":
        return item.source.name
    if item.state == "running":
        return f"{item.source.name} · {percent(share)}"
    if item.state == "failed" and any(item.source.name in note for note in item.notes):
        return " ".join(item.notes)
    made = f"{item.source.name} → {item.target.name}" if item.state == "done" else item.source.name
    return " · ".join((made, *item.notes))


EMPTY = (
    "Clean a picture",
    "Drop a noisy scan or photograph here, or paste it. The file itself is never changed: what you save is a new one.",
    "Open a picture…",
)
NO_MODEL = (
    "No model restores pictures yet",
    "Import a package that cleans, enlarges or fills in pictures. It stays on this machine.",
    "Import a model…",
)
