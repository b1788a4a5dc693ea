"""A folder in the layout of Hugging Face's ONNX exports becomes a package, without conversion.

Such a folder holds config.json and tokenizer.json, often generation_config.json, tokenizer_config.json and a chat
template, and in onnx/ (or beside them) one network in several variants: model.onnx, model_q4.onnx and so on, some with
their weights in further files. One variant is copied as it is, and a manifest is written beside it. Nothing is run
here: of the graph its outline is read, of the JSON files what is named in hf_config.py.
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import msgspec

from desktop_app.engine import onnx_file
from desktop_app.engine.errors import Fault, PackageError, RequestError
from desktop_app.engine.file_content import sha256_of
from desktop_app.engine.manifest import (
    FileEntry,
    Graph,
    MadeBy,
    Manifest,
    Tensor,
    TextModel,
)
from desktop_app.engine.manifest_check import MAX_FILE_BYTES, MAX_TEXT_SIZES
from desktop_app.engine.onnx_outline import Outline, outline
from desktop_app.engine.packages import MANIFEST
from desktop_app.studio.hf_config import Settings, read_settings

PRESET = "Hugging Face ONNX export"
FULL = "full"  # the variant of model.onnx
WHOLE_BYTES = 2**30  # full precision is taken up to here: it is what was trained, and a processor reads it fast enough
# above it, the quickest on processors first; half precision last, which they compute by way of 32 bits
_SMALLER = ("quantized", "int8", "uint8", "q4", FULL, "q4f16", "fp16", "bnb4")
_GRAPHS = ("onnx", ".")  # where they lie
_NAME = re.compile(r"(?:decoder_)?(?:model(?:_merged)?)(?:_([a-z0-9_]+))?", re.IGNORECASE)
_GROUPED = "com.microsoft::GroupQueryAttention"
_DYNAMIC = {"DynamicQuantizeLinear", "MatMulInteger", "com.microsoft::DynamicQuantizeMatMul"}
_CACHE = re.compile(r"past_key_values\.(\d+)\.key")
_FED = re.compile(r"input_ids|attention_mask|position_ids|num_logits_to_keep|past_key_values\.\d+\.(key|value)")
_TOKENIZER, _TEMPLATE = "tokenizer.json", "chat.jinja"


@dataclass(frozen=True)
class Variant:
    """One of the networks of a folder. name: “full” for model.onnx, else what stands behind it, “q4”."""

    name: str
    path: Path

    @property
    def size(self) -> int:
        """Bytes, with the files of weights that are called after it."""
        beside = self.path.parent.glob(f"{self.path.name}_data*")
        return sum(path.stat().st_size for path in (self.path, *beside))


def is_one(folder: Path) -> bool:
    """Whether it looks like such a folder, whole or not."""
    if (folder / MANIFEST).exists():
        return False
    return any((folder / name).exists() for name in ("config.json", _TOKENIZER, "onnx"))


def make_package(folder: Path, into: Path, variant: str = "", *, most: int = 2**32) -> Path:
    """Copy one variant of the network and write a manifest for it. Answers the package's folder, new in `into`.

    most: bytes that may be copied.

    Raises PackageError where it is no whole folder of a model that completes text, RequestError for a variant that is
    not there, OSError.
    """
    name = _called(folder)
    settings = read_settings(folder, name)
    chosen, others = _chosen(folder, name, variant)
    graph = outline(chosen.path)
    text = _text_model(graph, settings, chosen.path.name)
    sources = _sources(folder, name, chosen, graph, most)
    target = into / _slug(name if chosen.name == FULL else f"{name}-{chosen.name}")
    target.mkdir()
    for path in sources.values():
        shutil.copyfile(path, target / path.name)
    files = {role: path.name for role, path in sources.items()}
    if settings.chat_template:
        files["chat_template"] = _TEMPLATE
        (target / _TEMPLATE).write_text(settings.chat_template, encoding="utf-8")
    title = name if chosen.name == FULL else f"{name} ({chosen.name})"
    manifest = Manifest(
        name=target.name,
        title=title,
        summary=_summary(settings, text, chosen, others),
        version="1",
        abilities=("complete",),
        files={role: _entry(target / file) for role, file in files.items()},
        graphs={"text": Graph("text", graph.inputs, graph.outputs)},
        text=text,
        opset=graph.opset,
        tolerance=_tolerance(graph),
        licence=f"{settings.licence}, as its README says" if settings.licence else "unknown",
        commercial_use="unknown",
        made_by=MadeBy(PRESET, "", "", "", "", 0.0),
    )
    (target / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
    return target


# -- which variant ---------------------------------------------------------------------------------------------------


def variants(folder: Path) -> list[Variant]:
    """All networks of the folder that could be decoders, by name; of two with one name that in onnx/."""
    found: dict[str, Variant] = {}
    for where in _GRAPHS:
        for path in sorted((folder / where).glob("*.onnx"), key=lambda path: (path.name[:5] != "model", path.name)):
            match = _NAME.fullmatch(path.stem)
            if match is not None:
                name = (match[1] or FULL).lower()
                found.setdefault(name, Variant(name, path))
    return [found[name] for name in sorted(found)]


def _chosen(folder: Path, called: str, wanted: str) -> tuple[Variant, list[Variant]]:
    """That to be taken, and the others. Raises PackageError and RequestError."""
    there = variants(folder)
    if not there:
        raise PackageError(
            f"“{called}” holds no network in the ONNX format (onnx/model.onnx). Export it first, for example with "
            "Optimum: optimum-cli export onnx --task text-generation-with-past.",
            Fault.MISSING_FILE,
        )
    by_name = {variant.name: variant for variant in there}
    if wanted and wanted.lower() not in by_name:
        raise RequestError(f"“{called}” has no variant “{wanted}”. There are: {', '.join(by_name)}.")
    chosen = by_name[wanted.lower()] if wanted else _best(there)
    return chosen, [variant for variant in there if variant is not chosen]


def _best(there: list[Variant]) -> Variant:
    def rank(variant: Variant) -> tuple[bool, int]:
        whole = variant.name == FULL and variant.size <= WHOLE_BYTES
        return not whole, _SMALLER.index(variant.name) if variant.name in _SMALLER else len(_SMALLER)

    return min(there, key=rank)


# -- what the manifest says ------------------------------------------------------------------------------------------


def _text_model(graph: Outline, settings: Settings, file: str) -> TextModel:
    """Raises PackageError where the graph is none that goes on from a text with a cache."""
    takes, gives = ({t.name: t for t in tensors} for tensors in (graph.inputs, graph.outputs))
    layers = sum(1 for name in takes if _CACHE.fullmatch(name))
    if not layers or "present.0.key" not in gives:
        raise PackageError(
            f"“{file}” is no decoder with a cache: it takes no past_key_values, so each word would have to read the "
            "whole text again. Export it with its past (Optimum: --task text-generation-with-past).",
            Fault.WRONG_SHAPE,
        )
    strange = [name for name in takes if not _FED.fullmatch(name)]
    if strange or "logits" not in gives:
        what = f"takes “{strange[0]}”" if strange else "gives no “logits”"
        raise PackageError(
            f"“{file}” {what}, so it is no plain language model that goes on from a text. Choose another variant, or "
            "export it with a current version of Optimum.",
            Fault.WRONG_SHAPE,
        )
    past, vocabulary = takes["past_key_values.0.key"], _fixed(gives["logits"], 2) or settings.vocabulary
    kept = [token for token in (*settings.begin, *settings.end) if token < vocabulary]
    return TextModel(
        min(settings.context, MAX_TEXT_SIZES[0]),
        vocabulary,
        layers,
        _fixed(past, 1) or settings.kv_heads,
        _fixed(past, 3) or settings.head_size,
        _GROUPED in graph.operators,
        tuple(token for token in settings.begin if token in kept),
        tuple(token for token in settings.end if token in kept),
    )


def _fixed(tensor: Tensor, axis: int) -> int:
    """The size of an axis, 0 where it is free."""
    size = tensor.shape[axis] if axis < len(tensor.shape) else 0
    return size if isinstance(size, int) else 0


def _tolerance(graph: Outline) -> float:
    """How far logits may be apart that came token by token and all at once.

    Half precision rounds either way; and where activations are quantised on the way, the step hangs on all tokens that
    are read together.
    """
    if graph.operators & _DYNAMIC:
        return 1.0
    return 0.5 if "float16" in graph.constants else 0.05


def _entry(path: Path) -> FileEntry:
    return FileEntry(path.name, path.stat().st_size, sha256_of(path))


def _summary(settings: Settings, text: TextModel, chosen: Variant, others: list[Variant]) -> str:
    """“A language model of the family llama with 30 layers. Taken from model_q4.onnx (118 MB); also there: fp16.”"""
    family = f" of the family {settings.family}" if settings.family else ""
    also = f"; also there: {', '.join(other.name for other in others)}" if others else ""
    size = f"{chosen.size / 10**6:,.0f} MB" if chosen.size >= 10**6 else "below 1 MB"
    layers = f"{text.layers} layer{'s' if text.layers > 1 else ''}"
    return f"A language model{family} with {layers}. Taken from {chosen.path.name} ({size}){also}."


# -- names and files -------------------------------------------------------------------------------------------------


def _called(folder: Path) -> str:
    """The name of the model: of the folder, or of the folder that a Hugging Face cache keeps it in."""
    resolved = folder.resolve()
    cached = next((part for part in reversed(resolved.parts) if part.startswith("models--")), "")
    return (cached.rsplit("--", 1)[-1] if cached else resolved.name) or "model"


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-") or "model"


def _sources(folder: Path, called: str, chosen: Variant, graph: Outline, most: int) -> dict[str, Path]:
    """The files to be copied, by their roles. Raises PackageError: one is missing or elsewhere, or too large."""
    found = {"text": chosen.path, "tokenizer": folder / _TOKENIZER}
    for number, name in enumerate(graph.data_files, 1):
        if not onnx_file.is_plain_name(name) or name in (MANIFEST, _TEMPLATE, _TOKENIZER, chosen.path.name):
            raise PackageError(
                f"“{chosen.path.name}” points to weights outside its own folder, “{name}”. It is not opened.",
                Fault.EXTERNAL_DATA_ESCAPES,
            )
        found[f"weights-{number}"] = chosen.path.parent / name
    for path in found.values():
        if not path.is_file() or not _is_inside(path.resolve(), folder.resolve()):
            raise PackageError(
                f"“{called}” is not whole: “{path.name}” is missing. Fetch it again.", Fault.MISSING_FILE
            )
    sizes = [path.stat().st_size for path in found.values()]
    if max(sizes) > MAX_FILE_BYTES or sum(sizes) > most:
        raise PackageError(
            f"“{chosen.path.name}” of “{called}” has {sum(sizes) / 10**9:.1f} GB with its weights, more than is read. "
            "Choose a smaller variant.",
            Fault.TOO_MUCH_MEMORY,
        )
    return found


def _is_inside(path: Path, folder: Path) -> bool:
    """In the folder itself; or among the blobs of a Hugging Face cache, which its snapshots link to."""
    blobs = folder.parent.parent / "blobs"
    return path.is_relative_to(folder) or (folder.parent.name == "snapshots" and path.is_relative_to(blobs))
