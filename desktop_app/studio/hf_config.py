"""What the JSON files of a Hugging Face folder say of a language model. They are read against a schema, nothing is run.

config.json comes in dialects: GPT-2's n_positions is Llama's max_position_embeddings. generation_config.json overrules
it in how a text ends, tokenizer.json in how one begins.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from desktop_app.engine.errors import Fault, PackageError
from desktop_app.engine.file_content import refuse_lookalike

MAX_CONFIG_BYTES = 2**20
MAX_TOKENIZER_BYTES = 64 * 2**20
MAX_README_BYTES = 4096  # of it, that are read: its licence stands at the top
_LICENCE = re.compile(r"^license:\s*[\"']?([A-Za-z0-9.+-]{2,40})[\"']?\s*$", re.MULTILINE)

T = TypeVar("T")
_Ids = int | list[int] | None


class _Config(msgspec.Struct):
    model_type: str = ""
    max_position_embeddings: int | None = None
    n_positions: int | None = None
    n_ctx: int | None = None
    max_sequence_length: int | None = None
    seq_length: int | None = None
    vocab_size: int | None = None
    num_key_value_heads: int | None = None
    num_attention_heads: int | None = None
    n_head: int | None = None
    hidden_size: int | None = None
    n_embd: int | None = None
    head_dim: int | None = None
    bos_token_id: _Ids = None
    eos_token_id: _Ids = None


class _Generation(msgspec.Struct):
    eos_token_id: _Ids = None


class _TokenizerConfig(msgspec.Struct):
    chat_template: Any = None
    add_bos_token: bool | None = None


class _Tokenizer(msgspec.Struct):
    """Of tokenizer.json the steps after splitting alone: they say what opens a text."""

    post_processor: Any = None


@dataclass(frozen=True)
class Settings:
    family: str  # “llama”, “gpt2”
    context: int  # tokens
    vocabulary: int  # 0 where it is not said
    kv_heads: int
    head_size: int
    begin: tuple[int, ...]
    end: tuple[int, ...]
    chat_template: str  # empty where there is none
    licence: str  # as its README has it; empty where it has none


def read_settings(folder: Path, called: str) -> Settings:
    """Raises PackageError naming the file that is missing or wrong."""
    for name, why in (("config.json", "how it is built"), ("tokenizer.json", "its words")):
        if not (folder / name).is_file():
            raise PackageError(
                f"“{called}” has no {name}, which tells {why}. Fetch the folder again, with all its files.",
                Fault.MISSING_FILE,
            )
    config = _read(folder / "config.json", _Config, MAX_CONFIG_BYTES)
    spoken = _read(folder / "tokenizer_config.json", _TokenizerConfig, MAX_CONFIG_BYTES)
    generation = _read(folder / "generation_config.json", _Generation, MAX_CONFIG_BYTES)
    heads = config.num_attention_heads or config.n_head or 0
    width = config.hidden_size or config.n_embd or 0
    return Settings(
        family=config.model_type if config.model_type.isprintable() else "",
        context=_context(config, called),
        vocabulary=config.vocab_size or 0,
        kv_heads=config.num_key_value_heads or heads,
        head_size=config.head_dim or (width // heads if heads else 0),
        begin=_begin(folder, config, spoken),
        end=_ids(generation.eos_token_id) or _ids(config.eos_token_id),
        chat_template=_template(folder, spoken),
        licence=_licence(folder),
    )


def _context(config: _Config, called: str) -> int:
    for size in (
        config.max_position_embeddings,
        config.n_positions,
        config.n_ctx,
        config.max_sequence_length,
        config.seq_length,
    ):
        if size is not None and size > 0:
            return size
    raise PackageError(
        f"The config.json of “{called}” does not say how much text the model reads at once "
        "(max_position_embeddings). It is none of a language model.",
        Fault.BAD_MANIFEST,
    )


def _begin(folder: Path, config: _Config, spoken: _TokenizerConfig) -> tuple[int, ...]:
    """What a tokenizer puts before a text: its last step says so, or else a switch."""
    steps = _read(folder / "tokenizer.json", _Tokenizer, MAX_TOKENIZER_BYTES).post_processor
    opening = next((ids for step in _steps(steps) if (ids := _opening(step))), ())
    if not opening and spoken.add_bos_token:
        return _ids(config.bos_token_id)[:1]
    return opening


def _steps(step: Any) -> Iterator[dict[str, Any]]:
    """The step itself, or those of a sequence of them."""
    if not isinstance(step, dict):
        return
    inner = step.get("processors")
    for one in inner if step.get("type") == "Sequence" and isinstance(inner, list) else [step]:
        if isinstance(one, dict):
            yield one


def _opening(step: dict[str, Any]) -> tuple[int, ...]:
    """The special tokens that a template puts before a single text."""
    single, known = step.get("single"), step.get("special_tokens")
    if step.get("type") != "TemplateProcessing" or not isinstance(single, list) or not isinstance(known, dict):
        return ()
    tokens: list[int] = []
    for part in single:
        special = part.get("SpecialToken") if isinstance(part, dict) else None
        if not isinstance(special, dict):
            break
        about = known.get(str(special.get("id")))
        tokens += _ids(about.get("ids") if isinstance(about, dict) else None)
    return tuple(tokens)


def _ids(ids: Any) -> tuple[int, ...]:
    """Numbers of tokens, from none, one or several."""
    found = ids if isinstance(ids, list) else [ids]
    return tuple(token for token in found if isinstance(token, int) and token >= 0)


def _template(folder: Path, spoken: _TokenizerConfig) -> str:
    """chat_template.jinja, or what stands in tokenizer_config.json: a text, or several of which one is the default."""
    path = folder / "chat_template.jinja"
    if path.is_file():
        return _bytes(path, MAX_CONFIG_BYTES).decode(errors="replace")
    found = spoken.chat_template
    if isinstance(found, list):
        named = {one["name"]: one.get("template") for one in found if isinstance(one, dict) and "name" in one}
        found = named.get("default") or next(iter(named.values()), "")
    return found if isinstance(found, str) else ""


def _licence(folder: Path) -> str:
    """That which its README names at its top."""
    path = folder / "README.md"
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        head = file.read(MAX_README_BYTES).decode(errors="replace")
    match = _LICENCE.search(head.split("\n---", 1)[0]) if head.startswith("---") else None
    return match[1] if match else ""


def _read(path: Path, kind: type[T], most: int) -> T:
    """A JSON file against its schema; what is not there is all defaults. Raises PackageError."""
    if not path.is_file():
        return kind()
    data = _bytes(path, most)
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise PackageError(
            f"“{path.name}” is not what it should be: {error}. Fetch the folder again.", Fault.BAD_MANIFEST
        ) from None


def _bytes(path: Path, most: int) -> bytes:
    """Raises PackageError for a file that is too large, or another thing under this name."""
    size = path.stat().st_size
    if size > most:
        raise PackageError(
            f"“{path.name}” has {size / 2**20:.0f} MiB; at most {most // 2**20} MiB are read.", Fault.TOO_MUCH_MEMORY
        )
    data = path.read_bytes()
    refuse_lookalike(data[:256], len(data), f"“{path.name}”")
    return data
