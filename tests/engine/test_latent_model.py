"""A package opened: shapes and golden example against the graphs, and what it draws."""

import contextlib
import io
import zipfile

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from desktop_app.engine import images, noise, packages
from desktop_app.engine.arrays import read_arrays
from desktop_app.engine.errors import Fault, OutOfMemory, PackageError, RequestError, StudioError
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.manifest import Graph, Tensor
from desktop_app.engine.requests import Design, Variation, Verified, Verify
from tests import tiny_package
from tests.tiny_package import SIDE, W, Z, package_with, write_manifest


def verify(service, folder) -> Verified:
    (verified,) = service.run(Verify(packages.open_package(folder).ref))
    return verified


def refusal(service, folder) -> PackageError:
    with pytest.raises(PackageError) as caught:
        verify(service, folder)
    assert caught.value.message.endswith(".")
    return caught.value


def test_a_whole_package_gives_its_golden_example_again(service, folder):
    verified = verify(service, folder)
    assert verified.name == "tiny"
    assert verified.max_error <= verified.tolerance == 1e-5


def test_pictures_are_those_of_the_reference(runtime, tiny):
    designs = [Design(5, i, label=i % 3, truncation=0.25 * i) for i in range(9)]
    z = noise.latents(5, range(9), Z)
    label, truncation = np.arange(9) % 3, np.float32(0.25) * np.arange(9, dtype=np.float32)
    expected = images.to_pixels(tiny_package.reference(z, label, truncation), tiny.manifest.picture)
    pixels = LatentModel(tiny, runtime).draw(designs)
    assert pixels.shape == (9, SIDE, SIDE, 1)
    assert np.abs(pixels.astype(int) - expected).max() <= 1


def test_every_field_of_a_design_decides(runtime, tiny):
    model = LatentModel(tiny, runtime)
    base = Design(5, 1, label=0, truncation=0.8)
    others = [
        Design(6, 1, label=0, truncation=0.8),
        Design(5, 2, label=0, truncation=0.8),
        Design(5, 1, label=1, truncation=0.8),
        Design(5, 1, label=0, truncation=0.7),
        Design(5, 1, label=0, truncation=0.8, variations=(Variation(1, 1, 0.2),)),
    ]
    pictures = model.draw([base, *others])
    assert all((pictures[0] != other).any() for other in pictures[1:])


def test_truncation_0_is_the_mean_of_the_class(runtime, tiny):
    pictures = LatentModel(tiny, runtime).draw([Design(s, 0, label=1, truncation=0.0) for s in range(4)])
    assert all(np.array_equal(pictures[0], p) for p in pictures)


def test_a_package_without_mapping_scales_its_latent(runtime, tmp_path):
    package = packages.open_package(tiny_package.plain_package(tmp_path))
    model = LatentModel(package, runtime)
    z = noise.latents(5, [1], W) * np.float32(0.5)
    expected = images.to_pixels(np.tanh(z @ tiny_package.weights()["d"]).reshape(1, 1, SIDE, SIDE), model.picture)
    assert np.abs(model.draw([Design(5, 1, truncation=0.5)]).astype(int) - expected).max() <= 1


@pytest.mark.parametrize(
    ("design", "words"),
    [
        (Design(1, 1, label=3), "classes 0 to 2; class 3"),
        (Design(1, 1, label=-1), "class -1"),
        (Design(1, 1), "must name one"),
        (Design(1, 1, label=0, truncation=2.1), "Truncation goes from 0 to 2"),
        (Design(1, 1, label=0, truncation=-0.1), "Truncation"),
        (Design(1, 1, label=0, truncation=float("nan")), "Truncation"),
        (Design(1, 1, label=0, variations=(Variation(1, 1, 1.5),)), "variation goes from 0 to 1"),
        (Design(1, 1, label=0, variations=(Variation(1, 1, float("nan")),)), "variation"),
        (Design(1, 1, label=0, variations=(Variation(1, 1, float("inf")),)), "variation"),
    ],
)
def test_designs_that_do_not_fit(runtime, tiny, design, words):
    with pytest.raises(RequestError, match=words):
        LatentModel(tiny, runtime).draw([Design(1, 1, label=0), design])


def test_a_class_where_there_are_none(runtime, tmp_path):
    model = LatentModel(packages.open_package(tiny_package.plain_package(tmp_path)), runtime)
    with pytest.raises(RequestError, match="no classes"):
        model.draw([Design(1, 1, label=0)])


def test_a_package_that_does_not_sample(runtime, folder):
    write_manifest(folder, abilities=(), title="Judge")
    with pytest.raises(RequestError, match="“Judge” is not a generator"):
        LatentModel(packages.open_package(folder), runtime)


# -- graphs that are not what the manifest says --------------------------------------------------------------------


def renamed_output() -> onnx.ModelProto:
    graph = tiny_package.decoder_graph()
    graph.graph.output[0].name = graph.graph.node[2].output[0] = "picture"
    return graph


def another_side() -> onnx.ModelProto:
    graph = tiny_package.decoder_graph()
    graph.graph.initializer[1].CopyFrom(numpy_helper.from_array(np.array([-1, 1, 49, 1], np.int64), "shape"))
    for axis, size in zip(graph.graph.output[0].type.tensor_type.shape.dim[2:], (49, 1), strict=True):
        axis.dim_value = size
    return graph


def liar() -> onnx.ModelProto:
    """Its output says (N, 1, 7, 7) and is made as (N, 1, 49, 1), by a shape that only the run knows."""
    graph = tiny_package.decoder_graph()
    graph.graph.initializer[1].CopyFrom(numpy_helper.from_array(np.array([-1, 1, 49, 1], np.int64), "shape"))
    first = graph.graph.node[2]
    first.input[1] = "hidden"
    nodes = [
        helper.make_node("ReduceSum", ["w"], ["s"], keepdims=0),
        helper.make_node("Cast", ["s"], ["i"], to=TensorProto.INT64),
        helper.make_node("Mul", ["i", "nil"], ["n"]),
        helper.make_node("Add", ["shape", "n"], ["hidden"]),
    ]
    rest = list(graph.graph.node)
    del graph.graph.node[:]
    graph.graph.node.extend([*nodes, *rest])
    graph.graph.initializer.append(numpy_helper.from_array(np.array(0, np.int64), "nil"))
    return graph


def wrong_type() -> onnx.ModelProto:
    graph = tiny_package.decoder_graph()
    graph.graph.node.append(helper.make_node("Cast", ["image"], ["cast"], to=TensorProto.DOUBLE))
    graph.graph.output[0].name = "cast"
    graph.graph.output[0].type.tensor_type.elem_type = TensorProto.DOUBLE
    return graph


def fixed_batch() -> onnx.ModelProto:
    graph = tiny_package.decoder_graph()
    graph.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 2
    return graph


def one_more_input() -> onnx.ModelProto:
    graph = tiny_package.decoder_graph()
    graph.graph.input.append(helper.make_tensor_value_info("noise", 1, ["N", 4]))
    return graph


@pytest.mark.parametrize("graph", [renamed_output, another_side, wrong_type, fixed_batch, one_more_input])
def test_a_graph_of_another_shape(service, tmp_path, graph):
    error = refusal(service, package_with(tmp_path, graph()))
    assert error.fault is Fault.WRONG_SHAPE
    assert "decoder.onnx" in error.message
    assert "the manifest says" in error.message


def test_a_graph_that_lies_about_its_shape(service, tmp_path):
    error = refusal(service, package_with(tmp_path, liar()))
    assert error.fault is Fault.WRONG_SHAPE
    assert "49, 1" in error.message


def test_a_graph_whose_shape_changes_from_row_to_row(runtime, tmp_path):
    nodes = [
        helper.make_node("ReduceSum", ["w"], ["s"], keepdims=0),
        helper.make_node("Cast", ["s"], ["rows"], to=TensorProto.INT64),
        helper.make_node("Unsqueeze", ["rows", "nil"], ["r"]),
        helper.make_node("Concat", ["r", "six"], ["shape"], axis=0),
        helper.make_node("Expand", ["w", "shape"], ["image"]),
    ]
    constants = [numpy_helper.from_array(np.array([n], np.int64), name) for name, n in (("nil", 0), ("six", 6))]
    inputs = [helper.make_tensor_value_info("w", 1, ["N", 6])]
    graph = tiny_package.model(nodes, inputs, [helper.make_tensor_value_info("image", 1, [None, None])], constants)
    onnx.save(graph, tmp_path / "odd.onnx")
    session = runtime.open(tmp_path / "odd.onnx")
    w = np.zeros((2, 6), np.float32)
    w[:, 0] = 1, 2
    assert session.run({"w": w})["image"].shape[0] == 3  # no error here: the model's own check of the shape follows
    w[:, 0] = 1, -1
    with pytest.raises(StudioError, match=r"odd\.onnx"):
        session.run({"w": w})


@pytest.mark.parametrize("elements", [2**36, 2**40, 2**62])
@pytest.mark.parametrize("from_input", [False, True])
def test_absurd_memory_is_refused_with_its_amount(runtime, tmp_path, elements, from_input):
    model = tmp_path / "hungry.onnx"
    onnx.save(tiny_package.hungry_decoder_graph(elements, from_input=from_input), model)
    with pytest.raises((OutOfMemory, PackageError), match=r"GiB of memory at once|more memory than") as caught:
        runtime.open(model).run({"w": np.zeros((1, W), np.float32)})
    assert "hungry.onnx" in caught.value.message


# -- golden examples -----------------------------------------------------------------------------------------------


def save_golden(folder, **changes):
    with np.load(folder / "golden.npz") as data:
        arrays = {**data, **changes}
    np.savez(folder / "golden.npz", **{k: v for k, v in arrays.items() if v is not None})
    write_manifest(folder)


def test_a_golden_example_of_another_model(service, folder):
    with np.load(folder / "golden.npz") as data:
        save_golden(folder, image=data["image"] + np.float32(1e-3))
    error = refusal(service, folder)
    assert error.fault is Fault.NOT_REPRODUCED
    assert "1.00e-03" in error.message


def test_a_golden_example_of_no_numbers(service, folder):
    save_golden(folder, image=np.full((2, 1, SIDE, SIDE), np.nan, np.float32))
    assert refusal(service, folder).fault is Fault.NOT_REPRODUCED


@pytest.mark.parametrize(
    "changes",
    [
        {"image": None},
        {"z": None},
        {"image": np.zeros((1, 1, 1, 1), np.float32)},  # would broadcast
        {"image": np.zeros((2, 1, SIDE, SIDE), np.float64)},
        {"image": np.full((2, 1, SIDE, SIDE), "x")},
        {"z": np.zeros((2, Z + 1), np.float32)},
        {"z": np.float32(3)},
        {"label": np.array([0], np.int64)},
        {"label": np.array([0.0, 1.0])},
        {"truncation": np.ones((2, 1), np.float32)},
        {
            "z": np.zeros((0, Z), np.float32),
            "label": np.zeros(0, np.int64),
            "truncation": np.zeros(0, np.float32),
            "image": np.zeros((0, 1, SIDE, SIDE), np.float32),
        },
    ],
)
def test_a_golden_example_that_does_not_fit(service, folder, changes):
    save_golden(folder, **changes)
    error = refusal(service, folder)
    assert error.fault is Fault.WRONG_SHAPE
    assert "expected" in error.message


def test_a_golden_example_outside_the_classes(service, folder):
    save_golden(folder, label=np.array([0, 99], np.int64))
    assert refusal(service, folder).fault is Fault.DOES_NOT_RUN


def npy(header: bytes) -> bytes:
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


def archive(compression=zipfile.ZIP_STORED, **members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for name, data in members.items():
            file.writestr(name + ".npy", data)
    return buffer.getvalue()


def test_a_bomb_in_the_golden_example(service, folder):
    zeros = npy(b"{'descr': '|u1', 'fortran_order': False, 'shape': (100000000,), }") + bytes(100_000_000)
    (folder / "golden.npz").write_bytes(archive(zipfile.ZIP_DEFLATED, z=zeros))
    write_manifest(folder)
    error = refusal(service, folder)
    assert error.fault is Fault.TOO_MUCH_MEMORY
    assert "golden.npz" in error.message


@pytest.mark.parametrize(
    "content",
    [
        b"junk",
        b"PK\x03\x04 no archive",
        archive(z=b"no array"),
        archive(z=b""),
        archive(z=npy(b"{'descr': '<f4', 'fortran_order': False, 'shape': (4, 8), }")),  # and no numbers
        archive(z=npy(b"{'descr': '<f4', 'fortran_order': False, 'shape': (4, -8), }") + bytes(128)),
        archive(z=npy(b"{'descr': '<f4', 'fortran_order': False, 'shape': (1152921504606846976,), }")),
        archive(z=npy(b"{'descr': '<f4', 'fortran_order': False, 'shape': (17179869184,), }")),
        archive(z=npy(b"{'descr': 'no such', 'fortran_order': False, 'shape': (2,), }") + bytes(8)),
        archive(z=npy(b"__import__('os').system('true')")),
        archive(z=npy(b"(" * 9000)),
        archive(z=npy(b"{'descr': '<f4'")),
        archive(z=npy(b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }") + b"cos\nsystem\n."),
    ],
)
def test_a_golden_file_that_is_none(service, folder, content):
    (folder / "golden.npz").write_bytes(content)
    write_manifest(folder)
    assert refusal(service, folder).fault in (Fault.WRONG_SHAPE, Fault.TOO_MUCH_MEMORY, Fault.PICKLE)


def test_a_damaged_or_locked_golden_archive(tmp_path):
    whole = bytearray(archive(zipfile.ZIP_DEFLATED, z=npy(b"{'descr': '<f4'}") + bytes(500)))
    path = tmp_path / "golden.npz"
    for at in range(0, len(whole), 3):
        for value in (0x00, 0x01, 0xFF):
            data = whole.copy()
            data[at] = value
            path.write_bytes(data)
            with contextlib.suppress(PackageError):
                read_arrays(path, ("z", "label", "truncation", "image"))


def test_a_manifest_may_list_less_than_the_folder_holds(service, folder):
    (folder / "notes.txt").write_text("x")
    assert verify(service, folder).name == "tiny"


def test_the_manifest_and_the_graph_disagree_on_a_name(service, folder):
    wrong = Graph("decoder", (Tensor("style", "float32", ("N", W)),), tiny_package.DECODER.outputs)
    graphs = packages.open_package(folder).manifest.graphs
    write_manifest(folder, graphs={**graphs, "decoder": wrong})
    error = refusal(service, folder)
    assert error.fault is Fault.WRONG_SHAPE
    assert "style" in error.message
