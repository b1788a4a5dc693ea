"""Files that are no honest ONNX graphs are known as such before any runtime sees them."""

import contextlib
import os
import time
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from desktop_app.engine import onnx_file
from desktop_app.engine.errors import Fault, PackageError
from tests import tiny_package

VALID = tiny_package.decoder_graph().SerializeToString()
fuzz = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "decoder.onnx"


def refusal(path, content=None, *, listed=None) -> PackageError:
    if isinstance(content, onnx.ModelProto):
        content = content.SerializeToString()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PackageError) as caught:
        onnx_file.check(path, listed=listed)
    assert "decoder.onnx" in caught.value.message
    return caught.value


def decoder(**node_changes):
    graph = tiny_package.decoder_graph()
    for name, value in node_changes.items():
        setattr(graph.graph.node[0], name, value)
    return graph


@pytest.mark.parametrize(
    "graph",
    [
        tiny_package.mapping_graph(),
        tiny_package.decoder_graph(),
        tiny_package.slow_decoder_graph(20),
        tiny_package.picky_decoder_graph(),
    ],
)
def test_whole_files_pass(path, graph):
    path.write_bytes(graph.SerializeToString())
    onnx_file.check(path)


@pytest.mark.parametrize("domain", sorted(onnx_file.KNOWN_DOMAINS))
def test_standard_operator_sets_pass(path, domain):
    path.write_bytes(decoder(domain=domain).SerializeToString())
    onnx_file.check(path)


def test_an_empty_file(path):
    assert refusal(path, b"").fault is Fault.EMPTY_FILE


@pytest.mark.parametrize("length", range(1, len(VALID), 37))
def test_a_file_cut_anywhere(path, length):
    assert refusal(path, VALID[:length]).fault is Fault.NOT_ONNX


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html><body>404</body></html>",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n",
        b"(lp0\nS'pickle of protocol 0'\np1\na.",
        b"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00.",
        b"PK\x03\x04" + bytes(100),
        b"\0",
        b"\0" * 4096,
        b"\xff" * 4096,
        b"\x08\x0a",  # a version and nothing else
        b"\x3a\x00",  # an empty graph of no operator set
    ],
)
def test_other_things_under_this_name(path, content):
    error = refusal(path, content)
    assert error.fault is Fault.NOT_ONNX
    assert "not a whole ONNX file" in error.message


# -- operators -----------------------------------------------------------------------------------------------------


def within_if(inner: onnx.GraphProto) -> onnx.GraphProto:
    node = helper.make_node("If", ["c"], ["y"], then_branch=inner, else_branch=inner)
    return helper.make_graph([node], "outer", [], [])


def as_model(graph: onnx.GraphProto) -> onnx.ModelProto:
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])


EVIL = helper.make_graph([helper.make_node("Run", [], ["y"], domain="evil.corp")], "inner", [], [])


def test_a_custom_operator_is_named(path):
    error = refusal(path, decoder(domain="evil.corp", op_type="Run"))
    assert error.fault is Fault.CUSTOM_OPERATOR
    assert "evil.corp::Run" in error.message


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_a_custom_operator_in_a_branch_of_a_branch(path, depth):
    graph = EVIL
    for _ in range(depth):
        graph = within_if(graph)
    assert refusal(path, as_model(graph)).fault is Fault.CUSTOM_OPERATOR


def test_a_custom_operator_in_a_list_of_graphs(path):
    node = helper.make_node("Anything", [], ["y"])
    node.attribute.append(onnx.AttributeProto(name="g", type=onnx.AttributeProto.GRAPHS, graphs=[EVIL]))
    assert refusal(path, as_model(helper.make_graph([node], "g", [], []))).fault is Fault.CUSTOM_OPERATOR


def test_a_file_that_brings_functions(path):
    model = tiny_package.decoder_graph()
    again = helper.make_node("Loop2", ["x"], ["y"])  # a function that calls itself
    model.functions.append(helper.make_function("", "Loop2", ["x"], ["y"], [again], [helper.make_opsetid("", 20)]))
    error = refusal(path, model)
    assert error.fault is Fault.CUSTOM_OPERATOR
    assert "Loop2" in error.message


def test_a_node_that_loads_a_compiled_graph(path):
    error = refusal(path, decoder(domain="com.microsoft", op_type="EPContext"))
    assert error.fault is Fault.CUSTOM_OPERATOR


def test_a_second_name_of_another_wire_type_does_not_hide_an_operator(path):
    model = decoder(domain="com.microsoft", op_type="EPContext")
    node = model.graph.node[0].SerializeToString() + b"\x21harmless"  # field 4 again, as eight fixed bytes
    wrapped = b"\x0a" + _varint(len(node)) + node
    assert refusal(path, b"\x42\x02\x10\x14" + b"\x3a" + _varint(len(wrapped)) + wrapped).fault is Fault.CUSTOM_OPERATOR


# -- depth, size, time ---------------------------------------------------------------------------------------------


def test_graphs_nested_too_deep(path):
    graph = helper.make_graph([], "leaf", [], [])
    for _ in range(20):
        graph = helper.make_graph([helper.make_node("If", ["c"], ["y"], then_branch=graph)], "g", [], [])
    assert "nested too deep" in refusal(path, as_model(graph)).message


def test_bytes_nested_ten_thousand_deep(path):
    data = b""
    for key in [b"\x32", b"\x2a", b"\x0a"] * 4000:  # attribute.g, node.attribute, graph.node
        data = key + _varint(len(data)) + data
    assert refusal(path, b"\x42\x02\x10\x14" + b"\x3a" + _varint(len(data)) + data).fault is Fault.NOT_ONNX


@pytest.mark.parametrize(
    "dims", [[2**28 + 1], [2**40], [2**62], [2**63 - 1], [-1], [2**20, 2**20], [2**31, 2**31, 2**31]]
)
def test_a_tensor_that_claims_to_be_huge(path, dims):
    model = tiny_package.decoder_graph()
    model.graph.initializer.append(onnx.TensorProto(name="huge", dims=dims, data_type=1))
    error = refusal(path, model)
    assert error.fault is Fault.TOO_MUCH_MEMORY
    assert "huge" in error.message


def test_a_huge_constant_in_a_node(path):
    model = tiny_package.decoder_graph()
    constant = helper.make_node("Constant", [], ["c"])
    tensor = onnx.TensorProto(name="huge", dims=[2**50], data_type=1)
    constant.attribute.append(onnx.AttributeProto(name="value", type=onnx.AttributeProto.TENSOR, t=tensor))
    model.graph.node.append(constant)
    assert refusal(path, model).fault is Fault.TOO_MUCH_MEMORY


def test_a_tensor_in_two_halves_that_readers_would_merge(path):
    half = onnx.TensorProto(name="t", dims=[2**20], data_type=1).SerializeToString()
    attribute = b"\x0a\x05value" + 2 * (b"\x2a" + _varint(len(half)) + half)
    node = b"\x22\x08Constant" + b"\x2a" + _varint(len(attribute)) + attribute
    graph = b"\x0a" + _varint(len(node)) + node
    assert refusal(path, b"\x42\x02\x10\x14" + b"\x3a" + _varint(len(graph)) + graph).fault is Fault.NOT_ONNX


def test_two_graphs(path):
    assert refusal(path, VALID + VALID).fault is Fault.NOT_ONNX


def test_sparse_tensors_are_not_read(path):
    model = tiny_package.decoder_graph()
    model.graph.sparse_initializer.add().dims.extend([2**30, 2**30])
    assert "sparse" in refusal(path, model).message


def test_a_tensor_of_a_million_axes_is_refused_at_once(path):
    model = tiny_package.decoder_graph()
    model.graph.initializer.append(onnx.TensorProto(name="t", dims=[2**62] * 1_000_000, data_type=1))
    started = time.perf_counter()
    assert refusal(path, model).fault is Fault.NOT_ONNX
    assert time.perf_counter() - started < 2


def test_millions_of_tiny_fields_are_refused_in_time(path):
    started = time.process_time()
    assert "parts" in refusal(path, VALID + b"\x08\x0a" * 3_000_000).message
    assert time.process_time() - started < 10


def test_a_name_without_end(path):
    assert refusal(path, decoder(op_type="A" * 10_000)).fault is Fault.NOT_ONNX


# -- external data -------------------------------------------------------------------------------------------------


def external(location: str | None, **entries: str) -> onnx.ModelProto:
    model = tiny_package.decoder_graph()
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, **entries}.items():
        if value is not None:
            tensor.external_data.add(key=key, value=value)
    return model


def test_weights_beside_the_graph(path):
    (path.parent / "weights.bin").write_bytes(bytes(4 * 6 * 49))
    path.write_bytes(external("weights.bin").SerializeToString())
    onnx_file.check(path)
    onnx_file.check(path, listed={"decoder.onnx", "weights.bin"})


def test_weights_that_are_missing(path):
    error = refusal(path, external("weights.bin"))
    assert error.fault is Fault.MISSING_EXTERNAL_DATA
    assert "weights.bin" in error.message


def test_weights_that_the_manifest_does_not_list(path):
    (path.parent / "weights.bin").write_bytes(b"x")
    assert refusal(path, external("weights.bin"), listed={"decoder.onnx"}).fault is Fault.MISSING_EXTERNAL_DATA


@pytest.mark.parametrize(
    "location",
    ["../secret", "/etc/passwd", "a/../../secret", "sub/weights.bin", "./weights.bin", "..", ".", "", None,
     "..\\secret", "C:\\secret", "C:secret", "w.bin:stream", "w\0.bin", "w\n.bin", "w" * 300],
)  # fmt: skip
def test_weights_outside_the_folder(path, location):
    (path.parent.parent / "secret").write_text("secret")
    assert refusal(path, external(location)).fault is Fault.EXTERNAL_DATA_ESCAPES


def test_weights_behind_a_symbolic_link(path):
    secret = path.parent.parent / "secret"
    secret.write_text("secret")
    (path.parent / "weights.bin").symlink_to(secret)
    assert refusal(path, external("weights.bin")).fault is Fault.EXTERNAL_DATA_ESCAPES


def test_a_hard_link_is_a_file_like_another(path):
    """Installers link files to their caches, and a listed file must match its hash anyway."""
    (path.parent / "cache").write_bytes(bytes(4 * 6 * 49))
    os.link(path.parent / "cache", path.parent / "weights.bin")
    path.write_bytes(external("weights.bin").SerializeToString())
    onnx_file.check(path, listed={"weights.bin"})


def test_external_data_in_an_attribute(path):
    tensor = external("../secret").graph.initializer[0]
    constant = helper.make_node("Constant", [], ["c"])
    constant.attribute.append(onnx.AttributeProto(name="value", type=onnx.AttributeProto.TENSOR, t=tensor))
    model = tiny_package.decoder_graph()
    model.graph.node.append(constant)
    assert refusal(path, model).fault is Fault.EXTERNAL_DATA_ESCAPES


def test_two_locations(path):
    (path.parent / "weights.bin").write_bytes(b"x")
    model = external("weights.bin")
    model.graph.initializer[0].external_data.add(key="location", value="../secret")
    assert refusal(path, model).fault is Fault.NOT_ONNX


def test_a_location_flag_that_only_a_32_bit_reader_sees(path):
    model = external("../secret")
    model.graph.initializer[0].ClearField("data_location")
    tensor = model.graph.initializer[0].SerializeToString() + b"\x70" + _varint(2**32 + 1)
    graph = b"\x2a" + _varint(len(tensor)) + tensor
    data = b"\x42\x02\x10\x14" + b"\x3a" + _varint(len(graph)) + graph
    assert refusal(path, data).fault is Fault.EXTERNAL_DATA_ESCAPES


# -- anything at all -----------------------------------------------------------------------------------------------


def survives(path, data):
    path.write_bytes(data)
    with contextlib.suppress(PackageError):
        onnx_file.check(path)


@fuzz
@given(data=st.binary(max_size=400))
def test_random_bytes(path, data):
    survives(path, data)


@fuzz
@given(flips=st.lists(st.integers(0, 8 * len(VALID) - 1), min_size=1, max_size=8))
def test_flipped_bits(path, flips):
    data = bytearray(VALID)
    for flip in flips:
        data[flip // 8] ^= 1 << flip % 8
    survives(path, bytes(data))


@fuzz
@given(at=st.integers(0, len(VALID)), junk=st.binary(max_size=30), lost=st.integers(0, 30))
def test_bytes_put_in_and_left_out(path, at, junk, lost):
    survives(path, VALID[:at] + junk + VALID[at + lost :])


@given(st.text(max_size=20))
def test_a_plain_name_never_leaves_its_folder(name):
    if onnx_file.is_plain_name(name):
        assert Path(name).name == name
        assert name not in (".", "..")
        assert "\\" not in name


@pytest.mark.parametrize("name", ["decoder.onnx", "weights.bin", "Gewichte für alle.bin", "図.onnx", ".hidden"])
def test_plain_names(name):
    assert onnx_file.is_plain_name(name)


def test_the_field_numbers_are_those_of_onnx():
    model, graph, node = onnx.ModelProto.DESCRIPTOR, onnx.GraphProto.DESCRIPTOR, onnx.NodeProto.DESCRIPTOR
    tensor, attribute = onnx.TensorProto.DESCRIPTOR, onnx.AttributeProto.DESCRIPTOR
    number = {(d.name, f.name): f.number for d in (model, graph, node, tensor, attribute) for f in d.fields}
    graphs_and_tensors = {
        name: field
        for (message, name), field in number.items()
        if message == "AttributeProto" and name.removesuffix("s") in ("t", "g", "tensor", "graph", "sparse_tensor")
    }
    assert sorted(graphs_and_tensors.values()) == [5, 6, 10, 11, 22, 23]
    assert number["ModelProto", "graph"] == 7
    assert number["ModelProto", "functions"] == 25
    assert number["GraphProto", "sparse_initializer"] == 15
    assert number["TensorProto", "external_data"] == 13


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def test_a_real_array_passes(path):
    model = tiny_package.decoder_graph()
    model.graph.initializer.append(numpy_helper.from_array(np.zeros((3, 4, 5), np.float32), "unused"))
    path.write_bytes(model.SerializeToString())
    onnx_file.check(path)
