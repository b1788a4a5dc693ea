"""Folders of Hugging Face's ONNX exports become packages that write; what is no such folder is named."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest

from desktop_app import cli
from desktop_app.engine.errors import Fault, PackageError, RequestError, StudioError
from desktop_app.engine.onnx_outline import outline
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Verified, Verify
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.service import Service
from desktop_app.engine.text_requests import Choosing, Complete, Wrote
from desktop_app.studio import hf_folder
from desktop_app.studio.library import Library
from tests import tiny_package, tiny_writer
from tests.fakes import FakeEngine
from tests.tiny_hf import CONFIG, tiny_hf, write_json


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library([], tmp_path / "mine")


def brought_in(library: Library, folder: Path, variant: str = "") -> Package:
    with library.receive(folder, variant) as arrival:
        return arrival.keep()


def refusal(library: Library, folder: Path, variant: str = "") -> StudioError:
    with pytest.raises(StudioError) as caught:
        library.receive(folder, variant)
    return caught.value


# -- what comes in -----------------------------------------------------------------------------------------------------


def test_the_manifest_says_what_the_folder_says(library: Library, tmp_path: Path) -> None:
    package = brought_in(library, tiny_hf(tmp_path))
    manifest, text = package.manifest, package.manifest.text
    assert (package.name, manifest.title, manifest.abilities) == (
        "tiny-135-instruct", "Tiny-135-Instruct", ("complete",)
    )  # fmt: skip
    assert text is not None
    assert (text.context, text.vocabulary, text.layers) == (256, 320, 2)
    assert (text.kv_heads, text.head_size, text.in_place) == (1, 16, False)
    assert (text.begin, text.end) == ((), (0, 2))  # its tokenizer opens no text; generation_config overrules config
    assert (manifest.opset, manifest.commercial_use) == (20, "unknown")
    assert manifest.licence == "apache-2.0, as its README says"
    assert manifest.made_by.preset == "Hugging Face ONNX export"
    assert manifest.summary == "A language model of the family llama with 2 layers. Taken from model.onnx (below 1 MB)."
    assert package.file("chat_template").read_text(encoding="utf-8") == tiny_writer.CHAT


@pytest.mark.parametrize("stem", ["model", "model_q4", "model_fp16", "model_q4f16"])
@pytest.mark.parametrize("named_axes", [False, True])
def test_every_layout_writes_what_the_network_says(
    library: Library, tmp_path: Path, stem: str, named_axes: bool
) -> None:
    package = brought_in(library, tiny_hf(tmp_path, variants=(stem,), data="weights.bin", named_axes=named_axes))
    service = Service(Runtime("cpu", threads=1))
    (verified,) = service.run(Verify(package.ref))
    assert isinstance(verified, Verified)
    assert verified.max_error <= verified.tolerance
    request = Complete(package.ref, prompt="the fox", tokens=3, choosing=Choosing(temperature=0))
    wrote = [update.token for update in service.run(request) if isinstance(update, Wrote)]
    tokenizer = tiny_writer.tokenizer()
    read, known = tokenizer.encode("the fox").ids, tokenizer.get_vocab_size()  # it names fewer tokens than there are
    for token in wrote:
        assert token == tiny_writer.reference(tiny_writer.weights(), np.array(read))[-1, :known].argmax()
        read.append(token)
    assert len(wrote) == 3


def test_the_same_folder_is_the_same_package(library: Library, tmp_path: Path) -> None:
    folder = tiny_hf(tmp_path)
    brought_in(library, folder)
    with library.receive(folder) as again:
        assert again.is_same


def test_nothing_of_the_folder_changes(library: Library, tmp_path: Path) -> None:
    folder = tiny_hf(tmp_path, data="model.onnx_data")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    brought_in(library, folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_weights_in_files_of_their_own_come_along(library: Library, tmp_path: Path) -> None:
    package = brought_in(library, tiny_hf(tmp_path, data="model.onnx_data"))
    assert package.manifest.files["weights-1"].path == "model.onnx_data"
    assert (package.folder / "model.onnx_data").stat().st_size > 10_000


def test_the_best_variant_is_taken_and_another_on_request(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny_hf(tmp_path, variants=("model", "model_fp16", "model_int8", "model_q4"))
    package = brought_in(library, folder)
    assert package.manifest.graphs["text"].file == "text"
    assert package.manifest.files["text"].path == "model.onnx"
    assert package.manifest.summary.endswith("(below 1 MB); also there: fp16, int8, q4.")
    other = brought_in(library, folder, "Q4")
    assert (other.name, other.manifest.title) == ("tiny-135-instruct-q4", "Tiny-135-Instruct (q4)")
    assert other.manifest.text is not None
    assert other.manifest.text.in_place
    monkeypatch.setattr(hf_folder, "WHOLE_BYTES", 1000)  # as of a large model
    assert brought_in(library, folder).name == "tiny-135-instruct-int8"


def test_a_snapshot_of_the_cache_of_hugging_face_is_read_through_its_links(library: Library, tmp_path: Path) -> None:
    real = tiny_hf(tmp_path)
    cache = tmp_path / "models--someone--Small-Model"
    snapshot = cache / "snapshots" / "0123abcd"
    (snapshot / "onnx").mkdir(parents=True)
    (cache / "blobs").mkdir()
    for number, path in enumerate(sorted(path for path in real.rglob("*") if path.is_file())):
        blob = path.rename(cache / "blobs" / f"{number}")
        (snapshot / path.relative_to(real)).symlink_to(blob)
    package = brought_in(library, snapshot)
    assert (package.name, package.manifest.title) == ("small-model", "Small-Model")


# -- begin, end, chat --------------------------------------------------------------------------------------------------


def with_opening(folder: Path, *, in_sequence: bool) -> None:
    """A tokenizer whose last step puts token 1 before a text."""
    step = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<|begin|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {"<|begin|>": {"id": "<|begin|>", "ids": [1], "tokens": ["<|begin|>"]}},
    }
    path = folder / "tokenizer.json"
    about = json.loads(path.read_text(encoding="utf-8"))
    before = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}
    about["post_processor"] = {"type": "Sequence", "processors": [before, step]} if in_sequence else step
    write_json(path, about)


@pytest.mark.parametrize("in_sequence", [False, True])
def test_the_tokenizer_says_what_opens_a_text(library: Library, tmp_path: Path, in_sequence: bool) -> None:
    folder = tiny_hf(tmp_path)
    with_opening(folder, in_sequence=in_sequence)
    text = brought_in(library, folder).manifest.text
    assert text is not None
    assert text.begin == (1,)


def test_a_switch_says_what_opens_a_text(library: Library, tmp_path: Path) -> None:
    folder = tiny_hf(tmp_path)
    write_json(folder / "tokenizer_config.json", {"add_bos_token": True})
    package = brought_in(library, folder)
    assert package.manifest.text is not None
    assert package.manifest.text.begin == (1,)
    assert "chat_template" not in package.manifest.files


@pytest.mark.parametrize(
    "template", [[{"name": "tools", "template": "T"}, {"name": "default", "template": "D"}], "D", "jinja"]
)
def test_chat_templates_of_three_fashions(library: Library, tmp_path: Path, template: object) -> None:
    folder = tiny_hf(tmp_path)
    if template == "jinja":
        (folder / "chat_template.jinja").write_text("D", encoding="utf-8")
        template = "not this one"
    write_json(folder / "tokenizer_config.json", {"chat_template": template})
    assert brought_in(library, folder).file("chat_template").read_text(encoding="utf-8") == "D"


def test_the_dialect_of_gpt2_is_understood(library: Library, tmp_path: Path) -> None:
    config = {"model_type": "gpt2", "n_positions": 128, "n_head": 1, "n_embd": 16, "vocab_size": 320}
    folder = tiny_hf(tmp_path, config=config, named_axes=True)
    text = brought_in(library, folder).manifest.text
    assert text is not None
    assert (text.context, text.kv_heads, text.head_size, text.vocabulary) == (128, 1, 16, 320)


def test_a_context_beyond_any_use_is_cut(library: Library, tmp_path: Path) -> None:
    folder = tiny_hf(tmp_path, config=dict(CONFIG, max_position_embeddings=10_485_760))  # as Llama 4 has it
    text = brought_in(library, folder).manifest.text
    assert text is not None
    assert text.context == 2**20


# -- what does not come in ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["tokenizer.json", "config.json"])
def test_a_missing_file_is_named(library: Library, tmp_path: Path, name: str) -> None:
    folder = tiny_hf(tmp_path)
    (folder / name).unlink()
    error = refusal(library, folder)
    assert f"“Tiny-135-Instruct” has no {name}" in error.message
    assert isinstance(error, PackageError)
    assert error.fault is Fault.MISSING_FILE


def test_weights_of_pytorch_alone_are_not_enough(library: Library, tmp_path: Path) -> None:
    folder = tiny_hf(tmp_path)
    (folder / "onnx" / "model.onnx").rename(folder / "model.safetensors")
    assert "holds no network in the ONNX format" in refusal(library, folder).message


def test_a_network_without_a_cache_is_refused(library: Library, tmp_path: Path) -> None:
    folder = tiny_hf(tmp_path)
    (folder / "onnx" / "model.onnx").write_bytes(tiny_package.decoder_graph().SerializeToString())
    assert "“model.onnx” is no decoder with a cache" in refusal(library, folder).message


def test_a_network_that_wants_something_else_is_refused(library: Library, tmp_path: Path) -> None:
    folder = tiny_hf(tmp_path)
    path = folder / "onnx" / "model.onnx"
    graph = onnx.load(path)
    graph.graph.input.append(onnx.helper.make_tensor_value_info("use_cache_branch", onnx.TensorProto.BOOL, [1]))
    onnx.save(graph, path)
    assert "“model.onnx” takes “use_cache_branch”" in refusal(library, folder).message


def test_a_variant_that_is_not_there(library: Library, tmp_path: Path) -> None:
    error = refusal(library, tiny_hf(tmp_path, variants=("model", "model_q4")), "q8")
    assert isinstance(error, RequestError)
    assert error.message == "“Tiny-135-Instruct” has no variant “q8”. There are: full, q4."


def test_a_package_has_no_variants(library: Library, tmp_path: Path) -> None:
    package = tiny_writer.tiny_writer(tmp_path)
    assert "is no folder in Hugging Face's layout" in refusal(library, package.folder, "q4").message


def test_missing_weights_are_named(library: Library, tmp_path: Path) -> None:
    folder = tiny_hf(tmp_path, data="model.onnx_data")
    (folder / "onnx" / "model.onnx_data").unlink()
    assert "“model.onnx_data” is missing" in refusal(library, folder).message


@pytest.mark.parametrize(
    "location", ["../config.json", "../../secret", "tokenizer.json", "manifest.json", "model.onnx"]
)
def test_weights_elsewhere_are_refused(library: Library, tmp_path: Path, location: str) -> None:
    folder = tiny_hf(tmp_path, data="model.onnx_data")
    path = folder / "onnx" / "model.onnx"
    graph = onnx.load(path, load_external_data=False)
    for constant in graph.graph.initializer:
        for entry in constant.external_data:
            if entry.key == "location":
                entry.value = location
    path.write_bytes(graph.SerializeToString())
    (tmp_path / "secret").write_text("s", encoding="utf-8")
    error = refusal(library, folder)
    assert isinstance(error, PackageError)
    assert error.fault is Fault.EXTERNAL_DATA_ESCAPES
    assert [path.name for path in (tmp_path / "mine").iterdir()] == []


def test_links_that_lead_out_are_not_followed(library: Library, tmp_path: Path) -> None:
    folder = tiny_hf(tmp_path)
    secret = (folder / "tokenizer.json").rename(tmp_path / "elsewhere.json")
    (folder / "tokenizer.json").symlink_to(secret)
    assert "“tokenizer.json” is missing" in refusal(library, folder).message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "“config.json” is not what it should be"),
        (b'{"max_position_embeddings": "many"}', "“config.json” is not what it should be"),
        (b'{"model_type": "llama"}', "does not say how much text the model reads at once"),
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b"[" * 100_000, "“config.json” is not what it should be"),
    ],
)
def test_a_configuration_that_is_none(library: Library, tmp_path: Path, content: bytes, words: str) -> None:
    folder = tiny_hf(tmp_path)
    (folder / "config.json").write_bytes(content)
    assert words in refusal(library, folder).message


def test_what_is_too_large_is_not_copied(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hf_folder, "MAX_FILE_BYTES", 1000)
    assert "Choose a smaller variant." in refusal(library, tiny_hf(tmp_path)).message


def test_a_folder_with_a_manifest_is_read_as_a_package(library: Library, tmp_path: Path) -> None:
    package = tiny_writer.tiny_writer(tmp_path)
    write_json(package.folder / "config.json", CONFIG)
    assert brought_in(library, package.folder).manifest == package.manifest


# -- the outline -------------------------------------------------------------------------------------------------------


def test_the_outline_is_that_of_the_graph(tmp_path: Path) -> None:
    folder = tiny_hf(tmp_path, variants=("model_q4f16",), data="w.bin")
    found = outline(folder / "onnx" / "model_q4f16.onnx")
    assert (found.inputs, found.outputs) == tiny_writer.tensors(in_place=True, keeps=False, half=True)
    assert "com.microsoft::GroupQueryAttention" in found.operators
    assert "MatMul" in found.operators
    assert (found.data_files, found.opset) == (("w.bin",), 20)


@pytest.mark.parametrize("length", [0, 1, 100, 1000, 20_000])
def test_a_graph_cut_anywhere_is_named(library: Library, tmp_path: Path, length: int) -> None:
    folder = tiny_hf(tmp_path)
    path = folder / "onnx" / "model.onnx"
    path.write_bytes(path.read_bytes()[:length])
    assert "“model.onnx” is" in refusal(library, folder).message


# -- on the command line -----------------------------------------------------------------------------------------------


def test_the_command_line_brings_it_in_and_says_what_it_took(
    models: Path, engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tiny_hf(tmp_path, variants=("model", "model_q4"))
    assert cli.main(["models", "import", str(folder), "--variant", "q4"]) == 0
    said = capsys.readouterr().out
    assert "“Tiny-135-Instruct (q4)” is now in" in said
    assert "Licence: apache-2.0, as its README says." in said
    assert "Taken from model_q4.onnx (below 1 MB); also there: full. Commercial use: not known." in said
    assert "Check-up: 2 texts, " in said
    assert cli.main(["models"]) == 0
    assert "complete  256 tokens" in capsys.readouterr().out
    assert cli.main(["models", "import", str(folder), "--variant", "q9"]) == 1
    assert "has no variant “q9”. There are: full, q4." in capsys.readouterr().err
