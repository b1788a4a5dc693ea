"""Films from the window: whole or not at all, frame for frame what the walk says, and a sentence for every mishap."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace as altered
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image
from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QApplication

from desktop_app.engine.errors import Cancelled, EngineDied, RequestError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Sample
from desktop_app.studio import film_reading, recipe
from desktop_app.studio.film_options import FilmOptions
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.pacing import Pacing
from desktop_app.studio.walk import Key, Walk, frame_designs
from desktop_app.ui.blend import film_exporter
from desktop_app.ui.blend.film_choice import FilmChoice
from desktop_app.ui.blend.film_exporter import CANCELLED, FilmExporter
from desktop_app.ui.blend.film_frames import JOB, DesignFetcher
from desktop_app.ui.blend.film_job import _Encoding, left_words, size_words
from desktop_app.ui.blend.timeline_pace import PaceFinder
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.picture.tile_store import TileStore
from tests.fakes import DEVICE, FakeEngine, FakeHost, picture, write_package
from tests.ui.conftest import wait_for

WALK = Walk((Key(Design(1, 0, 0), 0.4), Key(Design(1, 1, 1), 0.4)), fps=25.0)


class Rig:
    """An exporter on an engine that runs on a thread, as the real one does in its process."""

    def __init__(self, folder: Path) -> None:
        self.engine = FakeEngine()
        self.host = FakeHost(self.engine)
        self.queue = JobQueue(self.host)
        self.bridge = QueueBridge()
        self.bridge.attach(self.queue)
        self.store = TileStore(2**24)
        self.package: Package = write_package(folder / "models")
        self.folder = folder / "films"
        self.exporter = FilmExporter(self.bridge, self.store)
        self.exporter.device = DEVICE
        self.said: list[tuple[str, str]] = []
        self.told: list[tuple[str, float]] = []
        self.exporter.said.connect(lambda sentence, tone: self.said.append((sentence, tone)))
        self.exporter.progressed.connect(lambda words, share: self.told.append((words, share)))

    def choice(self, name: str = "film.png", **fields) -> FilmChoice:  # type: ignore[no-untyped-def]
        fields.setdefault("format", "apng")
        return FilmChoice(self.folder / name, FilmOptions(**fields))

    def make(self, walk: Walk, choice: FilmChoice) -> tuple[str, str]:
        self.exporter.start(walk, self.package, choice)
        wait_for(lambda: not self.exporter.is_busy)
        return self.said[-1]

    def left(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.is_dir() else []

    def close(self) -> None:
        self.exporter.close()
        self.bridge.close()
        self.queue.shutdown()


@pytest.fixture
def rig(qapp: QApplication, tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.close()


def frames_of(path: Path) -> list[np.ndarray]:
    with Image.open(path) as film:
        found = []
        for number in range(getattr(film, "n_frames", 1)):
            film.seek(number)
            found.append(np.asarray(film.convert("L")))
        return found


# -- what comes out --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "format"), [("a.png", "apng"), ("a.gif", "gif"), ("a.webp", "webp")])
def test_a_film_holds_the_frames_of_its_walk_and_its_recipe(rig: Rig, name: str, format: str) -> None:
    choice = rig.choice(name, format=format)
    sentence, tone = rig.make(WALK, choice)
    assert tone == "plain"
    assert sentence.startswith(f"Film written: “{choice.path}”, 20 frames, ")
    expected = [picture(design)[..., 0] for design in frame_designs(WALK, 20)]
    found = frames_of(choice.path)
    assert len(found) == 20
    assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))
    assert film_reading.read_film_recipe(choice.path).walk == WALK
    assert rig.left() == [name]


def test_frames_in_a_folder_are_takes_of_their_own(rig: Rig) -> None:
    choice = rig.choice("frames", format="frames")
    rig.make(WALK, choice)
    _, made = recipe.read_picture(choice.path / "frame_0003.png")
    assert made.design == frame_designs(WALK, 20)[2]
    assert len(rig.left()) == 1


def test_without_its_recipe_a_film_says_nothing_about_how_it_was_made(rig: Rig) -> None:
    choice = altered(rig.choice(), with_recipe=False)
    rig.make(WALK, choice)
    with Image.open(choice.path) as film:
        assert "maquette" not in str(film.info).casefold()


def test_another_rate_makes_as_many_frames_as_last_as_long(rig: Rig) -> None:
    choice = rig.choice(fps=50.0)
    rig.make(WALK, choice)
    assert len(frames_of(choice.path)) == 40


def test_an_even_pace_is_measured_where_it_is_not_known(rig: Rig) -> None:
    walk = replace(WALK, even=True)
    choice = rig.choice()
    rig.make(walk, choice)
    pacing = Pacing(walk, 20)
    while designs := pacing.wanted():
        pacing.take(rig.engine._draw(tuple(designs)))
    times = pacing.result().times
    expected = [picture(design)[..., 0] for design in frame_designs(walk, 20, times=times)]
    assert all(np.array_equal(a, b) for a, b in zip(frames_of(choice.path), expected, strict=True))
    assert film_reading.read_film_recipe(choice.path).times == times
    assert rig.told[0][0].startswith("Measuring the pace")


def test_what_the_store_has_is_not_drawn_again(rig: Rig) -> None:
    for design in frame_designs(WALK, 20):
        rig.store.put((rig.package.sha256, design), picture(design))
    rig.make(WALK, rig.choice())
    assert not [request for request in rig.engine.served if isinstance(request, Sample)]


def test_it_tells_how_far_it_is(rig: Rig) -> None:
    long = replace(WALK, keys=tuple(replace(key, seconds=4.0) for key in WALK.keys))
    rig.make(long, rig.choice())
    shares = [share for _, share in rig.told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    words = [words for words, _ in rig.told]
    assert f"Drawing the frames, {JOB} of 200" in words
    assert "Encoding, 200 of 200" in words


def test_a_long_film_is_drawn_in_small_jobs(rig: Rig) -> None:
    long = replace(WALK, keys=tuple(replace(key, seconds=4.0) for key in WALK.keys))
    rig.make(long, rig.choice())
    sizes = [len(request.designs) for request in rig.engine.served if isinstance(request, Sample)]
    assert sizes == [48, 48, 48, 48, 8]


def test_a_pace_that_is_not_even_is_said_with_the_film(rig: Rig) -> None:
    walk = replace(WALK, even=True, keys=tuple(replace(key, easing="hold") for key in WALK.keys))
    sentence, tone = rig.make(walk, rig.choice())
    assert tone == "warn"
    assert sentence.startswith("Film written")
    assert "ends in a jump" in sentence


# -- mishaps ---------------------------------------------------------------------------------------------------------


def test_cancelling_while_frames_are_drawn_leaves_nothing(rig: Rig) -> None:
    rig.engine.seconds_a_tile = 0.01
    long = replace(WALK, keys=tuple(replace(key, seconds=20.0) for key in WALK.keys))
    rig.exporter.start(long, rig.package, rig.choice())
    wait_for(lambda: any("Drawing" in words and "of" in words for words, _ in rig.told))
    assert rig.left(), "it is under way"
    rig.exporter.cancel()
    wait_for(lambda: not rig.exporter.is_busy)
    assert rig.said == [(CANCELLED, "plain")]
    assert rig.left() == []


def test_cancelling_while_it_is_encoded_leaves_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop_app.studio import film_pillow

    reached, go_on = threading.Event(), threading.Event()
    save = film_pillow.save

    def slow(file, frame_at, *rest):  # type: ignore[no-untyped-def]
        def told(number: int):  # type: ignore[no-untyped-def]
            if number == 7:
                reached.set()
                go_on.wait(10)
            return frame_at(number)

        save(file, told, *rest)

    monkeypatch.setattr(film_pillow, "save", slow)
    rig.exporter.start(WALK, rig.package, rig.choice())
    wait_for(reached.is_set)
    rig.exporter.cancel()
    go_on.set()
    wait_for(lambda: not rig.exporter.is_busy)
    assert rig.said == [(CANCELLED, "plain")]
    assert rig.left() == []


def test_closing_the_window_leaves_nothing(rig: Rig) -> None:
    rig.engine.seconds_a_tile = 0.01
    rig.exporter.start(WALK, rig.package, rig.choice())
    wait_for(lambda: bool(rig.left()))
    rig.exporter.close()
    assert rig.left() == []
    assert not [thread for thread in threading.enumerate() if thread.name == "film"]


def test_the_death_of_the_engine_is_said_and_leaves_nothing(rig: Rig) -> None:
    rig.engine.failures = [EngineDied("The engine ended while it worked on this.")]
    sentence, tone = rig.make(WALK, rig.choice())
    assert (sentence, tone) == ("The film was not written. The engine ended while it worked on this.", "error")
    assert rig.left() == []
    assert rig.make(WALK, rig.choice())[1] == "plain", "the next one is made"


def test_a_failure_while_the_pace_is_measured_is_said(rig: Rig) -> None:
    rig.engine.failures = [RequestError("The model is broken.")]
    sentence, tone = rig.make(replace(WALK, even=True), rig.choice())
    assert (sentence, tone) == ("The film was not written. The model is broken.", "error")


def test_a_disk_that_fills_up_is_said_and_leaves_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop_app.studio import film_pillow

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(film_pillow, "save", full)
    sentence, tone = rig.make(WALK, rig.choice())
    assert tone == "error"
    assert "No space left on device" in sentence
    assert rig.left() == []


def test_what_is_there_is_not_replaced_unasked(rig: Rig) -> None:
    rig.folder.mkdir()
    choice = rig.choice()
    choice.path.write_bytes(b"mine")
    sentence, tone = rig.make(WALK, choice)
    assert tone == "error"
    assert "is there already" in sentence
    assert choice.path.read_bytes() == b"mine"
    rig.make(WALK, altered(choice, overwrite=True))
    assert len(frames_of(choice.path)) == 20


def test_a_walk_that_makes_no_film_is_refused(rig: Rig) -> None:
    still = Walk((Key(Design(1, 0)), Key(Design(1, 0))))
    sentence, tone = rig.make(still, rig.choice())
    assert tone == "error"
    assert "same design" in sentence
    assert rig.left() == []


def test_what_nobody_expected_is_said_too(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop_app.studio import film_pillow

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(film_pillow, "save", broken)
    monkeypatch.setattr(film_exporter._log, "exception", lambda *_: None)
    _, tone = rig.make(WALK, rig.choice())
    assert tone == "error"
    assert rig.left() == []


def test_the_engine_is_never_far_ahead_of_the_disk(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop_app.studio import film

    gate = threading.Event()
    add = film.Film.add

    def slow(self, frame):  # type: ignore[no-untyped-def]
        gate.wait(10)
        add(self, frame)

    monkeypatch.setattr(film.Film, "add", slow)
    long = replace(WALK, keys=tuple(replace(key, seconds=20.0) for key in WALK.keys))
    rig.exporter.start(long, rig.package, rig.choice())
    wait_for(lambda: len(rig.engine.served) >= film_exporter.MAX_WAITING)
    end = time.monotonic() + 0.5  # enough to draw all of it, were it not held back
    while time.monotonic() < end:
        QCoreApplication.processEvents()
    assert len(rig.engine.served) <= film_exporter.MAX_WAITING + 3
    gate.set()
    wait_for(lambda: not rig.exporter.is_busy)
    assert rig.said[-1][1] == "plain"


def test_the_end_of_a_cancelled_errand_does_not_touch_the_next(rig: Rig) -> None:
    """The engine may say only later that the first was stopped: between two batches of the second, for example."""
    holder = QObject()
    fetcher = DesignFetcher(rig.bridge, rig.store, "test", holder)
    came: list[int] = []
    ends: list[object] = []

    def start(count: int) -> None:
        designs = [Design(7, number) for number in range(count)]
        fetcher.start(
            rig.package, designs, lambda first, _: came.append(first), lambda: ends.append("all"), ends.append
        )

    start(60)
    old = fetcher._job
    assert old is not None
    for number in range(60):
        rig.store.put((rig.package.sha256, Design(7, number)), picture(Design(7, number)))
    start(60)  # from the store: no job of its own
    fetcher._on_job_failed(old, Cancelled())
    wait_for(lambda: ends)
    assert ends == ["all"]
    assert came == [0, 48]


def test_a_late_look_of_an_earlier_walk_is_not_taken_for_the_present_one(rig: Rig) -> None:
    finder = PaceFinder(rig.bridge, rig.store, "pace")
    finder.start(rig.package, replace(WALK, even=True), 20)
    finder._on_looked(finder._errand - 1, [], None)
    assert finder.is_busy
    finder.close()


def test_a_pace_that_would_fill_the_memory_is_refused(rig: Rig) -> None:
    long = replace(WALK, even=True, fps=60.0, keys=tuple(replace(key, seconds=3600.0) for key in WALK.keys))
    finder = PaceFinder(rig.bridge, rig.store, "pace")
    with pytest.raises(RequestError, match="do not go into memory"):
        finder.start(rig.package, long, 300_000)
    assert not finder.is_busy


# -- words -----------------------------------------------------------------------------------------------------------


def test_words_of_time_and_size() -> None:
    assert left_words(10, 50, 100) == ", about 10 s left"
    assert left_words(60, 10, 100) == ", about 9 min left"
    assert left_words(0.2, 50, 100) == ""
    assert left_words(10, 100, 100) == ""
    assert size_words(812) == "1 kB"
    assert size_words(1_250_000) == "1.2 MB"


def test_a_film_whose_colours_are_looked_at_first_is_not_done_twice() -> None:
    encoding = _Encoding(100, passes=2)
    found = [encoding.reached(n) for n in (0, *range(100), 0, *range(100), 100)]
    assert found == sorted(found)
    assert found[100] == 49
    assert found[-1] == 100
