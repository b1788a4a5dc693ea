"""The flow of a package of icons: its arithmetic, and bits that depend on nothing but the design."""

import random
import threading
import time
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import NodeProto, helper, numpy_helper

from desktop_app.engine import noise
from desktop_app.engine.errors import Cancelled, PackageError
from desktop_app.engine.icon_flow import BLOCK, Flow
from desktop_app.engine.icon_model import IconModel
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Prompt
from desktop_app.engine.runtime import Runtime, Session
from tests import tiny_icons
from tests.tiny_icons import SIZE, STEPS, VOCABULARY

PROMPTS = (
    Prompt(),
    Prompt(("heart",)),
    Prompt(("home", "cat"), "outline", "round", 3.0),
    Prompt(("star",), guidance=1.0),
    Prompt(("star",), guidance=0.0),
    Prompt((), "filled", guidance=0.5),
    Prompt(("nobody knows this",)),
)


@pytest.fixture
def flow(icons: Package, runtime: Runtime) -> Flow:
    runtime.begin()
    return IconModel(icons, runtime).flow


def noise_of(count: int) -> np.ndarray:
    return noise.latents(7, range(count), SIZE)


def numbers(prompt: Prompt) -> dict[str, np.ndarray]:
    words = sorted(VOCABULARY.index(w) + 1 for w in set(prompt.words) & set(VOCABULARY))
    padded = np.zeros((1, tiny_icons.MOST_WORDS), np.int64)
    padded[0, : len(words)] = words
    styles = ("", *tiny_icons.STYLES)
    sources = ("", *(source.prefix for source in tiny_icons.SOURCES))
    return {
        "words": padded,
        "style": np.array([styles.index(prompt.style)]),
        "source": np.array([sources.index(prompt.source)]),
    }


def euler(x: np.ndarray, prompt: Prompt, *, start: float = 0.0, steps: int = STEPS) -> np.ndarray:
    """(1, S) -> (1, S), as the definition says, in double precision."""
    nothing = numbers(Prompt())
    for step in range(steps):
        t = np.array([start + (1 - start) * step / steps])
        without = tiny_icons.velocity(x, t, **nothing)
        v = without + prompt.guidance * (tiny_icons.velocity(x, t, **numbers(prompt)) - without)
        x = x + (1 - start) / steps * v
    return x


@pytest.mark.parametrize("prompt", PROMPTS, ids=str)
def test_noise_is_led_by_euler_s_method_and_guidance(flow: Flow, prompt: Prompt):
    x = noise_of(1)
    assert flow.lead(x, [prompt]) == pytest.approx(euler(x, prompt), abs=1e-5)
    assert flow.lead(x, [prompt], steps=3) == pytest.approx(euler(x, prompt, steps=3), abs=1e-5)
    late = flow.lead(x, [prompt], start=np.array([0.7], np.float32))
    assert late == pytest.approx(euler(x, prompt, start=0.7), abs=1e-5)


def test_each_row_starts_at_its_own_time(flow: Flow):
    x, start = noise_of(9), np.linspace(0, 0.9, 9, dtype=np.float32)
    prompts = [PROMPTS[n % len(PROMPTS)] for n in range(9)]
    made = flow.lead(x, prompts, start=start)
    for n in range(9):
        assert made[n] == pytest.approx(euler(x[n : n + 1], prompts[n], start=float(start[n]))[0], abs=1e-5)


def test_no_designs_are_no_latents(flow: Flow):
    assert flow.lead(noise_of(0), []).shape == (0, SIZE)


# -- what is heard -------------------------------------------------------------------------------------------------


def test_words_count_in_any_order_and_once(flow: Flow):
    one, other = (flow.conditions([Prompt(words)]) for words in (("tree", "cat"), ("cat", "tree", "cat", "tree")))
    assert one["words"].tolist() == other["words"].tolist() == [[2, 8, 0, 0]]


def test_words_that_are_not_known_or_too_many_are_left_out(flow: Flow):
    every = flow.conditions(
        [Prompt(("xyzzy", *reversed(VOCABULARY), "")), Prompt(("Heart",)), Prompt(("xyzzy",) * 500)]
    )
    assert every["words"].tolist() == [[1, 2, 3, 4], [0, 0, 0, 0], [0, 0, 0, 0]]


def test_styles_and_sets_are_numbers_from_one(flow: Flow):
    told = flow.conditions([Prompt(), Prompt(style="outline", source="round"), Prompt(style="filled", source="sharp")])
    assert told["style"].tolist() == [0, 2, 1]
    assert told["source"].tolist() == [0, 1, 2]


def test_guidance_0_hears_no_word(flow: Flow):
    x = noise_of(1)
    deaf = flow.lead(x, [Prompt(("heart",), "outline", guidance=0.0)])
    assert deaf.tobytes() == flow.lead(x, [Prompt()]).tobytes()
    assert deaf.tobytes() != flow.lead(x, [Prompt(("heart",), "outline")]).tobytes()


@pytest.mark.parametrize(
    ("prompt", "runs"), [(Prompt(), 1), (Prompt(("cat",), guidance=1.0), 1), (Prompt(("cat",)), 2)], ids=str
)
def test_a_sheet_takes_no_more_runs_than_it_needs(flow: Flow, monkeypatch, prompt: Prompt, runs: int):
    counted: list[int] = []
    once = Session.once

    def count(self, inputs, options):
        counted.append(len(inputs["x"]))
        return once(self, inputs, options)

    monkeypatch.setattr(Session, "once", count)
    flow.lead(noise_of(12), [prompt] * 12)
    assert counted == [BLOCK] * (runs * STEPS)


# -- the same bits -------------------------------------------------------------------------------------------------


def layered_flow() -> onnx.ModelProto:
    """A net of layers whose widths are no multiples of anything, with the operators that real flows have."""
    rng = np.random.default_rng(3)
    shapes = {"f1": (SIZE, 167), "f2": (167, 93), "f3": (93, SIZE), "m": (SIZE, 167)}
    nodes = [
        helper.make_node("MatMul", ["x", "f1"], ["h0"]),
        helper.make_node("LayerNormalization", ["h0", "ones"], ["h1"]),
        helper.make_node("Gemm", ["x", "m"], ["scale"]),
        helper.make_node("Mul", ["h1", "scale"], ["h2"]),
        helper.make_node("Sigmoid", ["h2"], ["gate"]),
        helper.make_node("Mul", ["h2", "gate"], ["h3"]),
        helper.make_node("MatMul", ["h3", "f2"], ["h4"]),
        helper.make_node("Softmax", ["h4"], ["h5"], axis=-1),
        helper.make_node("Add", ["h4", "h5"], ["h6"]),
        helper.make_node("Gemm", ["h6", "f3"], ["more"]),
        helper.make_node("Add", ["plain", "more"], ["velocity"]),
    ]
    constants = [numpy_helper.from_array((rng.standard_normal(s) / 9).astype(np.float32), n) for n, s in shapes.items()]
    return flow_with(nodes, [*constants, numpy_helper.from_array(np.ones(167, np.float32), "ones")])


def flow_with(nodes: list[NodeProto], constants: list[onnx.TensorProto] | None = None) -> onnx.ModelProto:
    """The tiny flow, whose answer is “plain”, and nodes from there to “velocity”."""
    graph = tiny_icons.flow_graph()
    graph.graph.node[-1].output[0] = "plain"
    graph.graph.node.extend(nodes)
    graph.graph.initializer.extend(constants or [])
    return graph


def package_with(flow: onnx.ModelProto, folder: Path) -> Package:
    package = tiny_icons.tiny_icons(folder)
    onnx.save(flow, package.folder / "flow.onnx")
    return tiny_icons.rewrite(package.folder)


@pytest.fixture(params=["tiny", "layered", "unsteady"])
def graph(request, tmp_path: Path) -> Package:
    if request.param == "tiny":
        return tiny_icons.tiny_icons(tmp_path)
    return package_with(layered_flow() if request.param == "layered" else unsteady_flow(), tmp_path)


def unsteady_flow() -> onnx.ModelProto:
    """Rows hear of one another: the largest number of all takes part in each."""
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["top"], keepdims=0),
        helper.make_node("Mul", ["top", "little"], ["a_little"]),
        helper.make_node("Add", ["plain", "a_little"], ["velocity"]),
    ]
    return flow_with(nodes, [numpy_helper.from_array(np.array(1e-3, np.float32), "little")])


def test_a_row_has_its_bits_in_any_company_place_and_number_of_threads(graph: Package):
    count = 40
    x, draw = noise_of(count), random.Random(1)
    prompts = [PROMPTS[n % len(PROMPTS)] for n in range(count)]
    start = np.where(np.arange(count) % 5 == 0, 0.4, 0).astype(np.float32)
    reference = None
    for threads in (1, 2, 5):
        runtime = Runtime("cpu", threads=threads)
        flow = IconModel(graph, runtime).flow
        alone = np.concatenate(
            [flow.lead(x[n : n + 1], prompts[n : n + 1], start=start[n : n + 1]) for n in range(count)]
        )
        reference = alone if reference is None else reference
        assert alone.tobytes() == reference.tobytes()
        for size in (*range(2, 15), count, count):
            rows = draw.sample(range(count), size)
            made = flow.lead(x[rows], [prompts[n] for n in rows], start=start[rows])
            assert made.tobytes() == reference[rows].tobytes(), f"{size} rows on {threads} threads"
        runtime.close()


def test_every_place_of_a_block_gives_the_same_bits(tmp_path: Path, runtime: Runtime):
    flow = IconModel(package_with(layered_flow(), tmp_path), runtime).flow
    x, prompts = noise_of(BLOCK), [Prompt()] * BLOCK
    whole = flow.lead(x, prompts)
    for shift in range(1, BLOCK):
        moved = flow.lead(np.roll(x, shift, axis=0), prompts)
        assert np.roll(moved, -shift, axis=0).tobytes() == whole.tobytes(), shift


def test_steady_graphs_are_run_in_blocks_and_others_row_by_row(tmp_path: Path, runtime: Runtime):
    opened = {
        name: IconModel(package_with(made, tmp_path / name), runtime).flow.rows
        for name, made in (("layered", layered_flow()), ("unsteady", unsteady_flow()))
    }
    assert opened == {"layered": BLOCK, "unsteady": 1}


def test_a_flow_that_gives_another_shape_is_refused(tmp_path: Path, runtime: Runtime):
    nodes = [helper.make_node("Concat", ["plain", "plain"], ["velocity"], axis=0)]
    with pytest.raises(PackageError, match=r"“flow.onnx” gives velocities of shape \(24, 16\)"):
        IconModel(package_with(flow_with(nodes), tmp_path), runtime)


def test_stop_ends_a_flow_within_a_step(tmp_path: Path):
    """A step of this flow takes far longer than the answer may."""
    loops, size = 400, 500
    nodes = [
        helper.make_node("ReduceMin", ["x"], ["low"], keepdims=0),
        helper.make_node("ConstantOfShape", ["square"], ["m"], value=helper.make_tensor("v", 1, [1], [1e-3])),
        helper.make_node("Less", ["low", "floor"], ["slowly"]),
        helper.make_node("Cast", ["slowly"], ["number"], to=onnx.TensorProto.INT64),
        helper.make_node("Mul", ["number", "loops"], ["turns"]),
        helper.make_node("Loop", ["turns", "", "m"], ["end"], body=_turn()),
        helper.make_node("ReduceMax", ["end"], ["peak"], keepdims=0),
        helper.make_node("Mul", ["peak", "nil"], ["nought"]),
        helper.make_node("Add", ["plain", "nought"], ["velocity"]),
    ]
    values = {
        "square": np.array([size, size], np.int64),
        "loops": np.array(loops, np.int64),
        "nil": np.array(0.0, np.float32),
        "floor": np.array(-50.0, np.float32),
    }
    package = package_with(flow_with(nodes, [numpy_helper.from_array(v, k) for k, v in values.items()]), tmp_path)
    runtime = Runtime("cpu", threads=1)
    flow = IconModel(package, runtime).flow
    stopped: list[float] = []

    def stop() -> None:
        time.sleep(0.2)
        stopped.append(time.perf_counter())
        runtime.stop()

    thread = threading.Thread(target=stop)
    thread.start()
    with pytest.raises(Cancelled):
        flow.lead(np.full((1, SIZE), -100, np.float32), [Prompt()])
    ended = time.perf_counter()
    thread.join()
    assert ended - stopped[0] < 1.0
    runtime.close()


def _turn() -> onnx.GraphProto:
    """One turn of a loop: a product of two squares."""
    nodes = [helper.make_node("MatMul", ["s", "s"], ["p"]), helper.make_node("Identity", ["go"], ["still"])]
    square = [None, None]
    inputs = [
        helper.make_tensor_value_info("n", onnx.TensorProto.INT64, []),
        helper.make_tensor_value_info("go", onnx.TensorProto.BOOL, []),
        helper.make_tensor_value_info("s", onnx.TensorProto.FLOAT, square),
    ]
    outputs = [
        helper.make_tensor_value_info("still", onnx.TensorProto.BOOL, []),
        helper.make_tensor_value_info("p", onnx.TensorProto.FLOAT, square),
    ]
    return helper.make_graph(nodes, "turn", inputs, outputs)
