"""Keys and values: what is read in pieces is what is read at once, in both kinds of graphs."""

from collections.abc import Callable

import numpy as np
import pytest

from desktop_app.engine import text_cache
from desktop_app.engine.errors import Cancelled, DeviceError, Fault, OutOfMemory, PackageError
from desktop_app.engine.manifest import Tensor
from desktop_app.engine.text_cache import FIRST_CAPACITY, TextCache, empty_cache
from desktop_app.engine.text_graph import open_graph
from tests import tiny_writer
from tests.tiny_writer import VOCABULARY

TOKENS = np.random.default_rng(0).integers(4, VOCABULARY, 200)
LOGITS = tiny_writer.reference(tiny_writer.weights(), TOKENS)
KINDS = [{"in_place": p, "keeps": k, "half": h} for p in (True, False) for k in (True, False) for h in (False, True)]
NAMES = [" ".join(name for name, on in kind.items() if on) or "plain" for kind in KINDS]


@pytest.fixture(params=KINDS, ids=NAMES)
def cache(request, tmp_path, runtime) -> TextCache:
    runtime.begin()
    return empty_cache(open_graph(tiny_writer.tiny_writer(tmp_path, **request.param), runtime))


@pytest.fixture(params=[True, False], ids=["in place", "growing"])
def make(request, tmp_path, runtime) -> Callable[[], TextCache]:
    runtime.begin()
    graph = open_graph(tiny_writer.tiny_writer(tmp_path, in_place=request.param), runtime)
    return lambda: empty_cache(graph)


def read(cache: TextCache, first: int, last: int, *, keep: int = 1) -> np.ndarray:
    return cache.step(TOKENS[None, first:last], keep=keep)[0].copy()


def near(cache: TextCache) -> float:
    return 0.02 if cache._arrays[0].dtype == np.float16 else 1e-4


def test_all_at_once(cache):
    logits = read(cache, 0, 200, keep=200)
    assert logits.dtype == np.float32
    np.testing.assert_allclose(logits, LOGITS, atol=near(cache))


@pytest.mark.parametrize("cuts", [(0, 32, 64, 96, 150), (0, 1, 2, 3, FIRST_CAPACITY, FIRST_CAPACITY + 1), range(150)])
def test_in_pieces(cache, cuts):
    for first, last in zip(cuts, [*cuts[1:], 180], strict=True):
        logits = read(cache, first, last)
        np.testing.assert_allclose(logits, LOGITS[last - 1 : last], atol=near(cache))
    assert cache.length == 180


def test_only_as_many_logits_as_are_asked_for(cache):
    np.testing.assert_allclose(read(cache, 0, 40, keep=7), LOGITS[33:40], atol=near(cache))


def test_what_is_forgotten_is_read_again(cache):
    read(cache, 0, 100)
    cache.step(np.full((1, 20), 5), keep=1)
    cache.truncate(64)
    assert cache.length == 64
    np.testing.assert_allclose(read(cache, 64, 120), LOGITS[119:120], atol=near(cache))


def test_rows_go_their_own_ways(cache):
    read(cache, 0, 70)
    rows = cache.repeat(3)
    for n in range(70, 150):  # longer than the room that there is at first
        logits = rows.step(np.array([[TOKENS[n]], [5], [TOKENS[n]]]), keep=1)[:, 0]
        np.testing.assert_allclose(logits[[0, 2]], LOGITS[[n, n]], atol=near(cache))
    assert np.abs(logits[1] - LOGITS[149]).max() > 0.5
    left = rows.select([2, 1])
    logits = left.step(np.array([[TOKENS[150]], [5]]), keep=1)[:, 0]
    np.testing.assert_allclose(logits[0], LOGITS[150], atol=near(cache))
    np.testing.assert_allclose(read(cache, 70, 80), LOGITS[79:80], atol=near(cache))  # the one they came from
    assert (cache.length, cache.rows, rows.rows, left.rows, left.length) == (80, 1, 3, 2, 151)


def test_buffers_grow_by_doubling_up_to_the_context(make):
    cache = make()
    if not isinstance(cache, text_cache._InPlace):
        return
    sizes = []
    for n in range(200):
        read(cache, n, n + 1)
        sizes.append(cache._arrays[0].shape[2])
    assert sorted(set(sizes)) == [64, 128, 256]
    before = [id(array) for array in cache._arrays]
    cache.truncate(100)
    read(cache, 100, 150)
    assert [id(array) for array in cache._arrays] == before  # in place: nothing is copied


def test_arrays_that_grow_take_turns_in_two_memories(make):
    cache = make()
    if not isinstance(cache, text_cache._Growing):
        return
    places = set()
    for n in range(100):
        read(cache, n, n + 1)
        places.add(cache._arrays[0].ctypes.data)
    assert len(places) == 2


def test_the_same_blocks_give_the_same_bits_whatever_came_between(make):
    straight, detour = make(), make()
    for first in range(0, 96, 32):
        wanted = read(straight, first, first + 32, keep=32)
    read(detour, 0, 32)
    read(detour, 32, 64)
    for n in range(64, 180):
        detour.step(np.array([[n]]), keep=1)
    detour.truncate(64)
    assert np.array_equal(read(detour, 64, 96, keep=32), wanted)


def test_a_cache_that_was_stopped_is_as_it_was(make, runtime):
    cache = make()
    read(cache, 0, 40)
    runtime.stop()
    with pytest.raises(Cancelled):
        read(cache, 40, 80)
    assert cache.length == 40
    runtime.begin()
    np.testing.assert_allclose(read(cache, 40, 80), LOGITS[79:80], atol=1e-4)


def test_too_much_memory_is_a_sentence(make, monkeypatch):
    cache = make()

    def none(*_: object) -> np.ndarray:
        raise MemoryError

    monkeypatch.setattr(text_cache.np, "zeros", none)
    with pytest.raises(OutOfMemory, match="Ask for fewer texts"):
        read(cache, 0, 100)


# -- graphs that are not as their manifest says ------------------------------------------------------------------------


def test_a_graph_that_gives_another_shape_is_a_device_error(tmp_path, runtime):
    package = tiny_writer.tiny_writer(tmp_path, in_place=False, keeps=False)
    graph = open_graph(package, runtime)
    cache = empty_cache(graph)
    cache._take_logits = lambda kept: TextCache._take_logits(cache, kept + 1)  # type: ignore[method-assign]
    with pytest.raises(DeviceError, match=r"text\.onnx"):
        read(cache, 0, 10)


@pytest.mark.parametrize(
    ("which", "change", "words"),
    [
        ("inputs", lambda t: (*t, Tensor("encoder_states", "float32", ("B", 8))), "encoder_states"),
        ("inputs", lambda t: t[1:], "input_ids"),
        ("inputs", lambda t: t[:-1], r"past_key_values\.1\.value"),
        ("outputs", lambda t: t[:-1], r"present\.1\.value"),
        ("inputs", lambda t: (Tensor("input_ids", "int32", ("B", "T")), *t[1:]), "input_ids"),
        ("outputs", lambda t: (Tensor("logits", "float32", ("B", "K", 99)), *t[1:]), "logits"),
        ("outputs", lambda t: (*t[:-1], Tensor(t[-1].name, "float32", ("B", 4, "Q", 16))), r"present\.1\.value"),
        ("outputs", lambda t: (*t[:-1], Tensor(t[-1].name, "float16", ("B", 1, "Q", 16))), "one type"),
        ("inputs", lambda t: (Tensor("input_ids", "int64", ("B", 7)), *t[1:]), "where the manifest says"),
    ],
)
def test_what_a_manifest_may_not_say(tmp_path, runtime, which, change, words):
    package = tiny_writer.tiny_writer(tmp_path)
    graph = package.manifest.graphs["text"]
    changed = {"inputs": graph.inputs, "outputs": graph.outputs}
    changed[which] = change(changed[which])
    package.manifest.graphs["text"] = type(graph)("text", **changed)
    with pytest.raises(PackageError, match=words) as caught:
        open_graph(package, runtime)
    assert caught.value.fault is Fault.WRONG_SHAPE
