"""A window on Explain, with a classifier and pictures to judge."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app.engine.requests import Classify, Explain
from tests.fakes import write_classifier
from tests.ui.conftest import Desktop, wait_for


def write_drawing(path: Path, *, ink: int = 60, size: tuple[int, int] = (60, 40)) -> Path:
    """A dark stroke on light paper, larger than what the classifier takes."""
    pixels = np.full((size[1], size[0], 3), 235, np.uint8)
    pixels[10:30, 26:34] = ink
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def make_explaining(make_desktop: Callable[..., Desktop], tmp_path: Path) -> Callable[..., Desktop]:
    """Builds windows that show Explain."""

    def make(*, judges: int = 1) -> Desktop:
        models = tmp_path / "desktop" / "models"
        for name in ("fake-judge", "fake-judge-two")[:judges]:
            if not (models / name).is_dir():
                write_classifier(models, name, title=name.replace("-", " ").capitalize())
        desktop = make_desktop()
        wait_for(desktop.has_pictures)
        desktop.do("go-explain")
        wait_for(lambda: desktop.window.explain.isVisible() and not desktop.room.loader.is_busy)
        return desktop

    return make


def send(desktop: Desktop, first: int, last: int | None = None) -> None:
    """Tiles of Sample, until the first of them is explained."""
    desktop.do("go-sample")
    desktop.canvas.select_only(first)
    if last is not None:
        desktop.canvas._select(desktop.canvas._selection.extended(last))
    desktop.do("to-explain")
    wait_for(lambda: desktop.window.explain.isVisible())
    wait_for(lambda: is_explained(desktop))


def open_pictures(desktop: Desktop, *paths: Path) -> None:
    desktop.window.explain.take_files(list(paths))
    wait_for(lambda: any(s.name == paths[0].name for s in state_of(desktop).subjects))
    wait_for(lambda: is_explained(desktop))


def is_explained(desktop: Desktop) -> bool:
    """Everything is known of the picture in view, and every trial of its maps is over."""
    room = desktop.window.explain
    subject = room.subject
    answer = room.jobs.answer(room._package, subject) if subject is not None and room._package is not None else None
    done = answer is not None and answer.falls is not None
    return done and "Covering what it marks" not in room.panel._trial.text()


def state_of(desktop: Desktop):  # type: ignore[no-untyped-def]
    return desktop.desk.state.explain


def asked(desktop: Desktop, kind: type = Explain) -> list:  # type: ignore[type-arg]
    return [request for request in desktop.engine.served if isinstance(request, kind)]


__all__ = ["Classify", "Explain"]
