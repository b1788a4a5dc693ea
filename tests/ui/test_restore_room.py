"""Parts of Restore that need no whole window: which tiles are next, which model suits, work on a thread."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from desktop_app.engine.errors import FileError, StudioError
from desktop_app.engine.packages import Package
from desktop_app.studio.noise_trial import STRENGTHS, Verdict
from desktop_app.studio.restoration import RestoreState, Stroke
from desktop_app.ui.errands import UNEXPECTED, Errands
from desktop_app.ui.restore.restore_models import Shape, best, models_for, suited, why_not
from desktop_app.ui.restore.restore_run import as_used, key_of
from desktop_app.ui.restore.tile_plan import TilePlan
from desktop_app.ui.restore.trial_runner import table
from desktop_app.ui.restore.trial_runner import why_not as why_no_trial
from desktop_app.ui.restore.words import phase_words, seconds_words
from tests.fakes import write_restorer
from tests.ui.conftest import wait_for

COLOUR, GREY = Shape(40, 60, 3), Shape(40, 60, 1)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Package]:
    folder = tmp_path_factory.mktemp("models")
    made = {
        "colour": write_restorer(folder, "colour"),
        "grey": write_restorer(folder, "grey", channels=1),
        "digits": write_restorer(folder, "digits", channels=1),
        "twice": write_restorer(folder, "twice", ability="upscale", scale=2),
        "fill": write_restorer(folder, "fill", ability="inpaint"),
    }
    manifest = made["digits"].manifest
    restoration = msgspec.structs.replace(manifest.restoration, side=28)  # type: ignore[type-var]
    made["digits"] = replace(made["digits"], manifest=msgspec.structs.replace(manifest, restoration=restoration))
    return made


# -- which tiles -----------------------------------------------------------------------------------------------------


@given(
    size=st.tuples(st.integers(1, 5000), st.integers(1, 5000)),
    count=st.integers(1, 9),
    visible=st.tuples(*[st.integers(0, 5000)] * 4),
)
def test_every_pixel_is_asked_for_once_and_on_one_grid(
    size: tuple[int, int], count: int, visible: tuple[int, int, int, int]
) -> None:
    plan, seen = TilePlan(size, 512), np.zeros(size, np.uint8)
    left, right = sorted((min(visible[0], size[1] - 1), min(visible[1], size[1])))
    top, bottom = sorted((min(visible[2], size[0] - 1), min(visible[3], size[0])))
    box = (left, top, max(right, left + 1), max(bottom, top + 1))
    while (window := plan.next(box, count)) is not None:
        y, x, y2, x2 = window
        assert y % 512 == x % 512 == 0
        assert y2 == size[0] or y2 % 512 == 0
        assert x2 == size[1] or x2 % 512 == 0
        assert -(-(y2 - y) // 512) * -(-(x2 - x) // 512) <= count
        seen[y:y2, x:x2] += 1
        plan.mark(window)
    assert (seen == 1).all()
    assert plan.is_whole
    assert plan.share == 1.0


def test_what_is_in_view_comes_first() -> None:
    plan = TilePlan((2048, 2048), 512)
    view = (600, 1100, 1500, 1900)
    asked = []
    while not plan.has(view):
        window = plan.next(view, 2)
        assert window is not None
        plan.mark(window)
        asked.append(window)
    assert asked == [(1024, 512, 1536, 1536), (1536, 512, 2048, 1536)]
    assert plan.missing == 12
    assert plan.next(view, 2) == (0, 0, 512, 1024)
    assert plan.next(None, 4) == (0, 0, 512, 2048)


# -- which model -----------------------------------------------------------------------------------------------------


def test_the_program_chooses_grey_or_colour_by_itself(packages: dict[str, Package]) -> None:
    all_of_them = [packages[name] for name in ("digits", "colour", "grey", "twice", "fill")]
    assert best("denoise", all_of_them, COLOUR) is packages["colour"]
    assert best("denoise", all_of_them, GREY) is packages["grey"]
    assert best("upscale", all_of_them, GREY) is packages["twice"]
    assert best("inpaint", [], COLOUR) is None
    assert suited(packages["colour"], all_of_them, GREY) is packages["grey"]
    assert suited(packages["twice"], all_of_them, GREY) is packages["twice"]
    assert suited(packages["fill"], all_of_them, COLOUR) is packages["fill"]
    assert suited(packages["colour"], [packages["colour"]], GREY) is packages["colour"]
    assert [p.name for p in models_for("denoise", all_of_them)] == ["digits", "colour", "grey"]


def test_a_model_that_does_not_suit_says_why(packages: dict[str, Package]) -> None:
    digits = packages["digits"]
    assert why_not(digits, COLOUR) == "It knows pictures of 28 × 28 pixels, or sheets of them; this picture is 60 × 40."
    assert why_not(digits, Shape(28, 280, 1)) == ""
    assert why_not(digits, None) == ""
    assert suited(digits, list(packages.values()), Shape(56, 56, 1)) is digits
    assert suited(digits, list(packages.values()), GREY) is packages["grey"]
    assert why_no_trial(packages["colour"]) == ""
    assert why_no_trial(packages["twice"])
    assert why_no_trial(None)


def test_what_decides_a_result(packages: dict[str, Package]) -> None:
    stroke = Stroke(((1.0, 2.0),), 3.0, 1.0)
    state = RestoreState("a.png", strength=0.3, detail=0.5, local=(stroke,))
    colour, fill = packages["colour"], packages["fill"]
    assert key_of(state, colour) == key_of(RestoreState("a.png"), colour)
    assert key_of(state, colour) != key_of(state, packages["grey"])
    assert key_of(state, fill) is None
    painted = msgspec.structs.replace(state, mask=(stroke,))
    assert key_of(painted, fill) != key_of(msgspec.structs.replace(painted, grow=2), fill)
    assert key_of(painted, colour) == key_of(state, colour)
    assert as_used(state, colour) is state
    assert (as_used(state, fill).detail, as_used(state, fill).local, as_used(state, fill).strength) == (0.0, (), 0.3)


# -- words -----------------------------------------------------------------------------------------------------------


def test_words_of_progress_and_of_a_trial(packages: dict[str, Package]) -> None:
    assert phase_words(packages["twice"], 0.336, 12.4) == "Enlarging · 34 %, about 12 s left"
    assert phase_words(packages["fill"], 0.0, None) == "Filling in · 0 %"
    assert [seconds_words(s) for s in (0.1, 89.0, 200.0)] == ["about 1 s", "about 89 s", "about 3 min"]
    psnr = tuple(20.0 + number for number in range(len(STRENGTHS)))
    ssim = tuple(0.5 + number / 50 for number in range(len(STRENGTHS)))
    rows = table(Verdict(15.0, 4.0, psnr, ssim, 0.82))
    assert rows == (
        ("", "PSNR", "SSIM"),
        ("With the noise", "20.00 dB", "0.500"),
        ("Cleaned to 80 %", "28.00 dB", "0.660"),
        ("Cleaned", "30.00 dB", "0.700"),
    )
    assert [row[0] for row in table(Verdict(15.0, 4.0, psnr, ssim, 1.0))] == ["", "With the noise", "Cleaned"]


# -- work on a thread ------------------------------------------------------------------------------------------------


@pytest.fixture
def errands(qapp: QApplication) -> Iterator[Errands]:
    made = Errands("test errands")
    yield made
    made.close()


def test_answers_come_on_the_windows_thread_and_in_order(errands: Errands) -> None:
    told: list[object] = []
    for number in range(3):
        errands.do(lambda n=number: (n, threading.current_thread().name), told.append)  # type: ignore[misc]
    wait_for(lambda: len(told) == 3)
    assert told == [(0, "test errands"), (1, "test errands"), (2, "test errands")]
    assert not errands.is_busy


def test_of_one_subject_the_newest_alone_counts(errands: Errands) -> None:
    go, told, done = threading.Event(), [], []  # type: ignore[var-annotated]
    errands.do(lambda: go.wait(5), told.append)
    for number in range(4):
        errands.do(lambda n=number: done.append(n) or n, told.append, subject="view")  # type: ignore[func-returns-value]
    go.set()
    wait_for(lambda: len(told) == 2)
    assert told == [True, 3]
    assert done == [3]


def test_failures_come_as_sentences(errands: Errands, caplog: pytest.LogCaptureFixture) -> None:
    told: list[StudioError] = []

    def fail() -> None:
        raise FileError("The disk is full.")

    errands.do(fail, print, told.append)
    with caplog.at_level(logging.CRITICAL):
        errands.do(lambda: 1 // 0, print, told.append)
        wait_for(lambda: len(told) == 2)
    assert [error.message for error in told] == ["The disk is full.", UNEXPECTED]


def test_nothing_is_told_after_the_end(qapp: QApplication, tmp_path: Path) -> None:
    errands, told = Errands("short"), []  # type: ignore[var-annotated]
    errands.do(lambda: 1, told.append)
    errands.close()
    errands.do(lambda: 2, told.append)
    qapp.processEvents()
    assert told == []
