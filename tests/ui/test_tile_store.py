import numpy as np
from PySide6.QtGui import QImage

from desktop_app.engine.requests import Design
from desktop_app.ui.picture.tile_store import ByteCache, Fit, TileStore
from tests.fakes import picture


def key(index: int) -> tuple[str, Design]:
    return "0" * 64, Design(1, index)


def test_the_least_recently_used_goes_first() -> None:
    cache: ByteCache[int, bytes] = ByteCache(3 * 700, len)
    for number in range(3):
        cache.put(number, b"x" * 100)
    cache.get(0)
    cache.put(3, b"x" * 100)
    assert [number in cache for number in range(4)] == [True, False, True, True]


def test_a_cache_knows_its_size_after_every_change() -> None:
    cache: ByteCache[int, bytes] = ByteCache(10**6, len)
    cache.put(1, b"x" * 100)
    cache.put(1, b"x" * 50)
    full = cache.used
    cache.put(2, b"x" * 50)
    cache.pop(1)
    assert cache.used == full
    cache.pop(2)
    assert cache.used == 0


def test_ten_thousand_tiles_stay_within_the_budget() -> None:
    budget = 4 * 2**20
    store = TileStore(budget)
    place = Fit(64, "smooth")
    for index in range(10_000):
        store.put(key(index), np.zeros((28, 28, 1), np.uint8))
        if index % 4 == 0:
            store.render([key(index)], place, 1.0)
        assert store.used <= budget
    assert store.has(key(9_999))
    assert not store.has(key(0))


def test_a_smaller_budget_lets_go_at_once() -> None:
    store = TileStore(2**20)
    for index in range(100):
        store.put(key(index), np.zeros((28, 28, 1), np.uint8))
    store.set_budget(2**15)
    assert store.used <= 2**15


def test_an_image_is_made_at_the_pixels_of_the_device() -> None:
    store = TileStore(2**24)
    store.put(key(1), picture(Design(1, 1)))
    place = Fit(288, "smooth", 3.0)
    assert store.render([key(1)], place, 1.0)
    image = store.image(key(1), place)
    assert isinstance(image, QImage)
    assert (image.width(), image.devicePixelRatio()) == (288, 3.0)


def test_a_wide_picture_keeps_its_proportion() -> None:
    store = TileStore(2**24)
    store.put(key(1), np.zeros((32, 64, 3), np.uint8))
    place = Fit(100, "crisp")
    store.render([key(1)], place, 1.0)
    image = store.image(key(1), place)
    assert image is not None
    assert (image.width(), image.height()) == (100, 50)


def test_pictures_of_several_sizes_are_made_in_one_go() -> None:
    store = TileStore(2**24)
    store.put(key(1), np.zeros((32, 32, 3), np.uint8))
    store.put(key(2), np.zeros((28, 28, 1), np.uint8))
    place = Fit(64, "smooth")
    assert store.render([key(1), key(2), key(3)], place, 1.0)
    assert store.image(key(1), place)
    assert store.image(key(2), place)
    assert store.image(key(3), place) is None


def test_a_batch_does_not_live_on_for_one_of_its_tiles() -> None:
    store = TileStore(2**20)
    batch = np.zeros((64, 28, 28, 1), np.uint8)
    store.put(key(1), batch[0])
    kept = store.pixels(key(1))
    assert kept is not None
    assert kept.base is None
