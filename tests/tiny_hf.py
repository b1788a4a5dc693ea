"""A folder as Hugging Face's ONNX exports are, around the tiny writer: several variants, chat template, tokenizer."""

import json
from collections.abc import Mapping
from pathlib import Path

import onnx

from tests import tiny_writer

CONFIG = {
    "model_type": "llama",
    "architectures": ["TinyForCausalLM"],
    "vocab_size": tiny_writer.VOCABULARY,
    "max_position_embeddings": tiny_writer.CONTEXT,
    "num_hidden_layers": tiny_writer.LAYERS,
    "num_attention_heads": tiny_writer.HEADS,
    "num_key_value_heads": tiny_writer.KV_HEADS,
    "hidden_size": tiny_writer.HEADS * tiny_writer.HEAD,
    "bos_token_id": 1,
    "eos_token_id": 0,
}


def tiny_hf(
    parent: Path,
    name: str = "Tiny-135-Instruct",
    *,
    variants: tuple[str, ...] = ("model",),
    data: str = "",
    chat: str = tiny_writer.CHAT,
    config: Mapping[str, object] = CONFIG,
    named_axes: bool = False,
) -> Path:
    """variants: stems of files; those with “q4” are in place, those with “16” of half precision.

    data: the file that weights lie in; empty: in the graph. named_axes: the graph tells no size of its cache or logits.
    """
    folder = parent / name
    (folder / "onnx").mkdir(parents=True)
    for stem in variants:
        graph = tiny_writer.graph(tiny_writer.weights(), in_place="q4" in stem, keeps=False, half="16" in stem)
        if named_axes:
            _name_axes(graph)
        path = folder / "onnx" / f"{stem}.onnx"
        onnx.save(graph, path, save_as_external_data=bool(data), location=data or None, size_threshold=1024)
    tiny_writer.tokenizer().save(str(folder / "tokenizer.json"))
    write_json(folder / "config.json", config)
    write_json(folder / "generation_config.json", {"eos_token_id": [0, 2], "transformers_version": "4.57.0"})
    write_json(folder / "tokenizer_config.json", {"chat_template": chat, "eos_token": {"content": "<|end|>"}})
    (folder / "README.md").write_text("---\nlicense: apache-2.0\ntags: [x]\n---\n# Tiny\n", encoding="utf-8")
    return folder


def write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def _name_axes(graph: onnx.ModelProto) -> None:
    """As exports of the tracer have it: “past_sequence_length + 1”, and no size at all."""
    for value in (*graph.graph.input, *graph.graph.output):
        for number, axis in enumerate(value.type.tensor_type.shape.dim):
            if axis.HasField("dim_value"):
                axis.dim_param = f"{value.name}_{number}"
