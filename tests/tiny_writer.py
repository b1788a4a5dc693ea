"""Tiny packages that complete text, with real ONNX graphs in both layouts and a real tokenizer, made on the spot.

One decoder with random weights: two layers, grouped queries, half rotary positions (Su et al. 2021), logits from the
embeddings. In place it is what our own packages are, GroupQueryAttention over buffers of fixed capacity; plain it is
what Hugging Face exports, past and present put one behind the other. Both give the same logits.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from desktop_app.engine import packages
from desktop_app.engine.manifest import Graph, Tensor, TextKind, TextModel
from tests.tiny_package import write_manifest

WIDTH, HEADS, KV_HEADS, HEAD, LAYERS, CONTEXT = 32, 2, 1, 16, 2, 256
END, BEGIN, POEM, TITLE = "<|end|>", "<|begin|>", "<|poem|>", "<|title|>"
SPECIAL = (END, BEGIN, POEM, TITLE)  # tokens 0 to 3
VOCABULARY = 320
KINDS = (TextKind("poem", "Poem", 2), TextKind("title", "Title", 3))
CHAT = "{% for m in messages %}<|begin|>{{ m.role }}: {{ m.content }}\n{% endfor %}<|begin|>assistant: "
CORPUS = ("the quick brown fox jumps over the lazy dog and runs on through the night " * 3,)
CACHE = tuple(f"{n}.{side}" for n in range(LAYERS) for side in ("key", "value"))


def tiny_writer(
    parent: Path,
    name: str = "tiny-writer",
    *,
    in_place: bool = True,
    keeps: bool = True,
    half: bool = False,
    golden: bool = False,
    arrays: Mapping[str, np.ndarray] | None = None,
    begin: tuple[int, ...] = (1,),
    end: tuple[int, ...] = (0,),
    context: int = CONTEXT,
) -> packages.Package:
    """keeps: the graph takes num_logits_to_keep. half: a cache and logits of float16. arrays: other weights."""
    folder = parent / name
    folder.mkdir(parents=True)
    onnx.save(graph(arrays or weights(), in_place=in_place, keeps=keeps, half=half), folder / "text.onnx")
    tokenizer().save(str(folder / "tokenizer.json"))
    (folder / "chat_template.jinja").write_text(CHAT, encoding="utf-8")
    if golden:
        tokens = np.arange(10, 40, dtype=np.int64)[None]
        np.savez(folder / "golden.npz", tokens=tokens, logits=reference(arrays or weights(), tokens[0])[None, -1])
    write_manifest(
        folder,
        title="Tiny writer",
        abilities=("complete",),
        graphs={"text": Graph("text", *tensors(in_place=in_place, keeps=keeps, half=half))},
        latent=None,
        picture=None,
        classes=(),
        text=TextModel(context, VOCABULARY, LAYERS, KV_HEADS, HEAD, in_place, begin, end, KINDS),
        tolerance=0.05 if half else 1e-4,
    )
    return packages.open_package(folder)


def tokenizer() -> Tokenizer:
    """Byte-level BPE: the special tokens, all bytes, and pieces of a few English words."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        min_frequency=1,
        special_tokens=list(SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    made.train_from_iterator(CORPUS, trainer)
    return made


def larger_tokenizer(package: packages.Package, tokens: int = 10) -> None:
    """Put a tokenizer with more tokens than the graph has logits in the place of the package's own."""
    path = package.folder / "tokenizer.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    for n in range(tokens):
        data["model"]["vocab"][f"more{n}"] = VOCABULARY + n
    path.write_text(json.dumps(data), encoding="utf-8")


# -- weights, and what they compute ------------------------------------------------------------------------------------


def weights(seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {"embedding": (VOCABULARY, WIDTH)}
    for n in range(LAYERS):
        shapes |= {f"q{n}": (WIDTH, HEADS * HEAD), f"k{n}": (WIDTH, KV_HEADS * HEAD), f"v{n}": (WIDTH, KV_HEADS * HEAD)}
        shapes |= {f"o{n}": (HEADS * HEAD, WIDTH), f"up{n}": (WIDTH, 2 * WIDTH), f"down{n}": (2 * WIDTH, WIDTH)}
    made = {name: (rng.standard_normal(s) * s[0] ** -0.5).astype(np.float32) for name, s in shapes.items()}
    made["embedding"] = rng.standard_normal((VOCABULARY, WIDTH)).astype(np.float32) / 4  # many tokens are likely
    return made


def rotary() -> tuple[np.ndarray, np.ndarray]:
    """Cosines and sines, (CONTEXT, HEAD / 2) each."""
    angles = np.arange(CONTEXT)[:, None] * 100.0 ** (-np.arange(HEAD // 2) / (HEAD // 2))
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def reference(k: Mapping[str, np.ndarray], tokens: np.ndarray) -> np.ndarray:
    """Logits (T, V) of tokens (T,), in numpy, without any cache."""
    (cos, sin), length = (table[: len(tokens), None] for table in rotary()), len(tokens)

    def turned(x: np.ndarray) -> np.ndarray:
        a, b = np.split(x, 2, axis=-1)
        return np.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)

    x = k["embedding"][tokens]
    hidden = np.triu(np.full((length, length), -np.inf, np.float32), 1)
    for n in range(LAYERS):
        y = _normal(x)
        q, key = (turned((y @ k[f"{c}{n}"]).reshape(length, -1, HEAD)) for c in "qk")
        value = (y @ k[f"v{n}"]).reshape(length, -1, HEAD)
        key, value = (np.repeat(part, HEADS // KV_HEADS, axis=1) for part in (key, value))
        scores = np.einsum("thd,shd->hts", q, key) * HEAD**-0.5 + hidden
        share = np.exp(scores - scores.max(axis=-1, keepdims=True))
        share /= share.sum(axis=-1, keepdims=True)
        x = x + np.einsum("hts,shd->thd", share, value).reshape(length, -1) @ k[f"o{n}"]
        x = x + np.maximum(_normal(x) @ k[f"up{n}"], 0) @ k[f"down{n}"]
    logits: np.ndarray = _normal(x) @ k["embedding"].T
    return logits


def _normal(x: np.ndarray) -> np.ndarray:
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)


# -- the graphs --------------------------------------------------------------------------------------------------------


def tensors(*, in_place: bool, keeps: bool, half: bool) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """What the graph takes and gives, as the manifest says it."""
    of = "float16" if half else "float32"
    takes = [Tensor("input_ids", "int64", ("B", "T")), Tensor("attention_mask", "int64", ("B", "S"))]
    takes += [] if in_place else [Tensor("position_ids", "int64", ("B", "T"))]
    takes += [Tensor("num_logits_to_keep", "int64", ())] if keeps else []
    takes += [Tensor(f"past_key_values.{name}", of, ("B", KV_HEADS, "P", HEAD)) for name in CACHE]  # type: ignore[arg-type]
    gives = [Tensor("logits", of, ("B", "K" if keeps else "T", VOCABULARY))]  # type: ignore[arg-type]
    gives += [Tensor(f"present.{name}", of, ("B", KV_HEADS, "Q", HEAD)) for name in CACHE]  # type: ignore[arg-type]
    return tuple(takes), tuple(gives)


def graph(k: Mapping[str, np.ndarray], *, in_place: bool, keeps: bool, half: bool) -> onnx.ModelProto:
    made = _Nodes()
    made("Gather", "embedding input_ids", "x0")
    (_shared_in_place if in_place else _shared_plain)(made)
    for n in range(LAYERS):
        made("LayerNormalization", f"x{n} one", f"y{n}", axis=-1)
        for part in "qkv":
            made("MatMul", f"y{n} {part}{n}", f"{part}{n}_")
        (_attention_in_place if in_place else _attention_plain)(made, n, half=half)
        made("MatMul", f"mixed{n} o{n}", f"mixed{n}_")
        made("Add", f"x{n} mixed{n}_", f"z{n}")
        made("LayerNormalization", f"z{n} one", f"z{n}_", axis=-1)
        made("MatMul", f"z{n}_ up{n}", f"up{n}_")
        made("Relu", f"up{n}_", f"wide{n}")
        made("MatMul", f"wide{n} down{n}", f"down{n}_")
        made("Add", f"z{n} down{n}_", f"x{n + 1}")
    last = f"x{LAYERS}"
    if keeps:
        made("Neg", "num_logits_to_keep", "first")
        made("Unsqueeze", "first zero", "from")
        made("Slice", f"{last} from most one_", "last")
        last = "last"
    made("LayerNormalization", f"{last} one", "normal", axis=-1)
    made("MatMul", "normal head", "logits_")
    made("Cast", "logits_", "logits", to=TensorProto.FLOAT16 if half else TensorProto.FLOAT)
    return _model(made.nodes, k, *tensors(in_place=in_place, keeps=keeps, half=half))


class _Nodes:
    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []

    def __call__(self, kind: str, takes: str, gives: str, domain: str = "", **attributes: Any) -> None:
        names = ["" if name == "-" else name for name in takes.split()]
        self.nodes.append(helper.make_node(kind, names, gives.split(), domain=domain, **attributes))


def _shared_in_place(made: _Nodes) -> None:
    made("ReduceSum", "attention_mask one_", "used", keepdims=0)
    made("Sub", "used one_", "before")
    made("Cast", "before", "seqlens_k", to=TensorProto.INT32)
    made("Shape", "attention_mask", "total_", start=1, end=2)
    made("Squeeze", "total_", "total__")
    made("Cast", "total__", "total", to=TensorProto.INT32)


def _attention_in_place(made: _Nodes, n: int, *, half: bool) -> None:
    of = TensorProto.FLOAT16 if half else TensorProto.FLOAT
    for part in "qkv":
        made("Cast", f"{part}{n}_", f"{part}{n}__", to=of)
    made("Cast", "cos", f"cos{n}", to=of)
    made("Cast", "sin", f"sin{n}", to=of)
    past = f"past_key_values.{n}.key past_key_values.{n}.value"
    made(
        "GroupQueryAttention",
        f"q{n}__ k{n}__ v{n}__ {past} seqlens_k total cos{n} sin{n}",
        f"mixed{n}__ present.{n}.key present.{n}.value",
        domain="com.microsoft",
        num_heads=HEADS,
        kv_num_heads=KV_HEADS,
        do_rotary=1,
    )
    made("Cast", f"mixed{n}__", f"mixed{n}", to=TensorProto.FLOAT)


def _shared_plain(made: _Nodes) -> None:
    """The angles of each position, and 0 where a token sees another, -1e9 where it does not."""
    for name in ("cos", "sin"):
        made("Gather", f"{name} position_ids", f"{name}_")
        made("Unsqueeze", f"{name}_ one_", f"{name}_now")  # (B, 1, T, HEAD / 2)
    made("CumSum", "attention_mask axis", "places_")
    made("Sub", "places_ one_", "places")
    made("Unsqueeze", "places middle", "columns")  # (B, 1, 1, S)
    made("Unsqueeze", "position_ids sides", "rows")  # (B, 1, T, 1)
    made("Greater", "columns rows", "later")
    made("Where", "later low nought", "hidden")


def _attention_plain(made: _Nodes, n: int, *, half: bool) -> None:
    of = TensorProto.FLOAT16 if half else TensorProto.FLOAT
    for part, shape in zip("qkv", ("by_heads", "by_kv_heads", "by_kv_heads"), strict=True):
        made("Reshape", f"{part}{n}_ {shape}", f"{part}{n}_split")
        made("Transpose", f"{part}{n}_split", f"{part}{n}_heads", perm=[0, 2, 1, 3])
    for part in "qk":
        _turn(made, f"{part}{n}")
    for part, whole, new in (("k", "key", f"k{n}_turned"), ("v", "value", f"v{n}_heads")):
        made("Cast", new, f"{part}{n}_new", to=of)
        made("Concat", f"past_key_values.{n}.{whole} {part}{n}_new", f"present.{n}.{whole}", axis=2)
        made("Cast", f"present.{n}.{whole}", f"{part}{n}_all_", to=TensorProto.FLOAT)
        made("Expand", f"{part}{n}_all_ by_group", f"{part}{n}_all")  # one key for all heads
    made("Transpose", f"k{n}_all", f"k{n}_columns", perm=[0, 1, 3, 2])
    made("MatMul", f"q{n}_turned k{n}_columns", f"scores{n}")
    made("Mul", f"scores{n} scale", f"scores{n}_")
    made("Add", f"scores{n}_ hidden", f"scores{n}__")
    made("Softmax", f"scores{n}__", f"shares{n}", axis=-1)
    made("MatMul", f"shares{n} v{n}_all", f"mixed{n}_heads")
    made("Transpose", f"mixed{n}_heads", f"mixed{n}_back", perm=[0, 2, 1, 3])
    made("Reshape", f"mixed{n}_back flat", f"mixed{n}")


def _turn(made: _Nodes, name: str) -> None:
    made("Split", f"{name}_heads", f"{name}_a {name}_b", axis=-1, num_outputs=2)
    for half, other, sign in (("a", "b", "Sub"), ("b", "a", "Add")):
        made("Mul", f"{name}_{half} cos_now", f"{name}_{half}c")
        made("Mul", f"{name}_{other} sin_now", f"{name}_{other}s{half}")
        made(sign, f"{name}_{half}c {name}_{other}s{half}", f"{name}_{half}_")
    made("Concat", f"{name}_a_ {name}_b_", f"{name}_turned", axis=-1)


def _model(
    nodes: list[NodeProto], k: Mapping[str, np.ndarray], takes: tuple[Tensor, ...], gives: tuple[Tensor, ...]
) -> onnx.ModelProto:
    cos, sin = rotary()
    int64 = {"zero": [0], "one_": [1], "most": [2**62], "middle": [1, 2], "sides": [1, 3], "flat": [0, 0, -1]}
    int64 |= {"by_heads": [0, 0, HEADS, HEAD], "by_kv_heads": [0, 0, KV_HEADS, HEAD], "by_group": [1, HEADS, 1, 1]}
    constants: dict[str, np.ndarray] = {
        **k,
        "head": k["embedding"].T.copy(),
        "cos": cos,
        "sin": sin,
        "one": np.ones(WIDTH, np.float32),
        "axis": np.array(1, np.int64),
        "low": np.array(-1e9, np.float32),
        "nought": np.array(0, np.float32),
        "scale": np.array(HEAD**-0.5, np.float32),
        **{name: np.array(values, np.int64) for name, values in int64.items()},
    }
    used = {name for node in nodes for name in node.input}
    initializers = [numpy_helper.from_array(value, name) for name, value in constants.items() if name in used]
    made = helper.make_graph(nodes, "writer", _infos(takes), _infos(gives), initializers)
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=9)


def _infos(tensors: tuple[Tensor, ...]) -> list[onnx.ValueInfoProto]:
    types = {"int64": TensorProto.INT64, "float32": TensorProto.FLOAT, "float16": TensorProto.FLOAT16}
    return [helper.make_tensor_value_info(t.name, types[t.dtype], list(t.shape)) for t in tensors]
