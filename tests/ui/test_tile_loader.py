"""What is asked of the engine, and in which order."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from desktop_app.engine.errors import Cancelled, EngineDied, RequestError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Sample
from desktop_app.studio.sheet import SheetState
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.picture.tile_loader import FIRST_JOB, LARGEST_JOB, MAX_DEATHS, TileLoader
from desktop_app.ui.picture.tile_store import TileStore
from desktop_app.ui.sample.tiles import SheetTiles
from tests.fakes import FakeEngine, ImmediateQueue, write_package


class Rig:
    def __init__(self, package: Package) -> None:
        self.engine = FakeEngine()
        self.queue = ImmediateQueue(self.engine)
        self.bridge = QueueBridge()
        self.bridge.attach(self.queue)
        self.store = TileStore(2**24)
        self.loader = TileLoader(self.bridge, self.store, slot="sheet")
        self.package = package
        self.failures: list[str] = []
        self.loader.failed.connect(self.failures.append)

    def tiles(self, indices: range, seed: int = 1) -> list[Tile]:
        sheet = SheetTiles(SheetState(self.package.name, seed), self.package)
        return [sheet.tile(i) for i in indices]

    def asked(self) -> list[list[int]]:
        requests = [r for r in self.engine.served if isinstance(r, Sample)]
        return [[design.index for design in request.designs] for request in requests]

    def drain(self) -> None:
        for _ in range(200):
            QCoreApplication.sendPostedEvents()
            QCoreApplication.processEvents()


@pytest.fixture
def rig(qapp: QApplication, tmp_path: Path) -> Iterator[Rig]:
    made = Rig(write_package(tmp_path))
    yield made
    made.bridge.close()


def test_the_most_wanted_come_first_and_everything_comes(rig: Rig) -> None:
    rig.loader.want(rig.tiles(range(1000)))
    rig.drain()
    asked = rig.asked()
    assert asked[0] == list(range(FIRST_JOB))
    assert sorted(i for job in asked for i in job) == list(range(1000))
    assert max(map(len, asked)) <= LARGEST_JOB


def test_nothing_is_asked_for_twice(rig: Rig) -> None:
    for _ in range(3):
        rig.loader.want(rig.tiles(range(50)))
        rig.drain()
    assert sorted(i for job in rig.asked() for i in job) == list(range(50))


def test_a_change_of_mind_takes_the_place_of_what_waits(rig: Rig) -> None:
    rig.queue.paused = True
    rig.loader.want(rig.tiles(range(20)))
    rig.loader.want(rig.tiles(range(500, 520)))
    rig.queue.paused = False
    rig.queue.run_waiting()
    rig.drain()
    assert rig.asked() == [list(range(500, 520))]


def test_a_scroll_while_a_job_runs_is_answered_next(rig: Rig) -> None:
    rig.loader.want(rig.tiles(range(1000)))
    rig.queue.paused = True
    rig.loader.want(rig.tiles(range(5000, 5010)))
    rig.drain()
    rig.queue.paused = False
    rig.queue.run_waiting()
    rig.drain()
    assert rig.asked()[1] == list(range(5000, 5010))


def test_a_death_of_the_engine_is_tried_again_and_not_for_ever(rig: Rig) -> None:
    rig.engine.failures = [EngineDied("It ended.")] * (MAX_DEATHS + 1)
    rig.loader.want(rig.tiles(range(5)))
    rig.drain()
    assert rig.failures == ["It ended."]
    assert len(rig.asked()) == MAX_DEATHS + 1
    rig.loader.retry()
    rig.loader.want(rig.tiles(range(5)))
    rig.drain()
    assert all(rig.store.has(tile.key) for tile in rig.tiles(range(5)))


def test_a_cancelled_job_leaves_its_tiles_to_be_asked_for_by_hand(rig: Rig) -> None:
    rig.engine.failures = [Cancelled()]
    rig.loader.want(rig.tiles(range(100)))
    rig.drain()
    assert [rig.store.failures[tile.key] for tile in rig.tiles(range(100))] == ["Stopped."] * 100
    assert len(rig.asked()) == 1
    rig.loader.want(rig.tiles(range(90, 110)))
    rig.drain()
    assert rig.asked()[1] == list(range(100, 110))


def test_a_failure_of_some_tiles_does_not_keep_others_away(rig: Rig) -> None:
    rig.engine.failures = [RequestError("No.")]
    rig.loader.want(rig.tiles(range(100)))
    rig.drain()
    assert all(rig.store.has(tile.key) for tile in rig.tiles(range(FIRST_JOB, 100)))


def test_tiles_without_a_package_are_not_asked_for(rig: Rig) -> None:
    lost = Tile("gone", "1" * 64, rig.tiles(range(1))[0].design, None)
    rig.loader.want([lost, *rig.tiles(range(3))])
    rig.drain()
    assert rig.asked() == [[0, 1, 2]]


def test_tiles_of_two_packages_come_in_two_jobs(rig: Rig, tmp_path: Path) -> None:
    other = write_package(tmp_path, "other")
    mixed = rig.tiles(range(4)) + [SheetTiles(SheetState("other", 1), other).tile(i) for i in range(4)]
    rig.loader.want(mixed)
    rig.drain()
    assert all(rig.store.has(tile.key) for tile in mixed)
    assert {r.package for r in rig.engine.served if isinstance(r, Sample)} == {rig.package.ref, other.ref}
