"""What the graph of a language model takes and gives, read from its manifest and compared with the session."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from desktop_app.engine.errors import Fault, PackageError
from desktop_app.engine.manifest import Tensor, TextModel
from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import Bound, Runtime, Session

ROLE = "text"
_OPTIONAL = {"position_ids": 2, "num_logits_to_keep": None}  # how many axes; None: none or one


@dataclass(frozen=True)
class TextGraph:
    """The opened graph “text” of a package (manifest.TextModel says what its tensors mean).

    places: whether it wants to be told the positions of its tokens.
    keep_shape: of “num_logits_to_keep”, or None where the graph gives logits for every token.
    """

    session: Session
    text: TextModel
    cache_dtype: npt.DTypeLike
    logits_dtype: npt.DTypeLike
    places: bool
    keep_shape: tuple[int, ...] | None

    def bound(self) -> Bound:
        return self.session.bound()

    @cached_property
    def cache_names(self) -> tuple[tuple[str, str], ...]:
        """The inputs and outputs of keys and values, in pairs."""
        return tuple((f"past_key_values.{part}", f"present.{part}") for part in _parts(self.text))


def open_graph(package: Package, runtime: Runtime) -> TextGraph:
    """Raises PackageError where the graph, the manifest and what this program can feed disagree."""
    manifest = package.manifest
    text, graph = manifest.text, manifest.graphs[ROLE]
    assert text is not None
    takes, gives = ({t.name: t for t in tensors} for tensors in (graph.inputs, graph.outputs))
    _check(package, text, takes, gives)
    session = runtime.open_text(package.file(graph.file))
    session.check_shapes(graph, inferred=True)
    keep = takes.get("num_logits_to_keep")
    return TextGraph(
        session,
        text,
        np.dtype(takes["past_key_values.0.key"].dtype),
        np.dtype(gives["logits"].dtype),
        "position_ids" in takes,
        None if keep is None else (1,) * len(keep.shape),
    )


def _check(package: Package, text: TextModel, takes: dict[str, Tensor], gives: dict[str, Tensor]) -> None:
    parts = _parts(text)
    wanted = {"input_ids", "attention_mask", *(f"past_key_values.{part}" for part in parts)}
    if strange := (wanted - takes.keys()) | (takes.keys() - wanted - _OPTIONAL.keys()):
        raise _unfit(package, f"inputs of a decoder with {text.layers} layers", min(strange))
    if strange := gives.keys() ^ {"logits", *(f"present.{part}" for part in parts)}:
        raise _unfit(package, f"outputs of a decoder with {text.layers} layers", min(strange))
    for name, tensor in (takes | gives).items():
        if not _is_as_said(tensor, text):
            raise _unfit(package, "tensors of the type and shape that its manifest tells of", name)
    if len({t.dtype for t in (takes | gives).values() if "." in t.name}) > 1:
        raise _unfit(package, "keys and values of one type", "present.0.key")


def _parts(text: TextModel) -> list[str]:
    return [f"{n}.{side}" for n in range(text.layers) for side in ("key", "value")]


def _is_as_said(tensor: Tensor, text: TextModel) -> bool:
    fixed = [axis if isinstance(axis, int) else None for axis in tensor.shape]
    if tensor.name == "logits":
        return tensor.dtype in ("float32", "float16") and len(fixed) == 3 and fixed[2] in (None, text.vocabulary)
    if "." in tensor.name:
        sizes = [None, text.kv_heads, None, text.head_size]
        known = all(have in (None, want) for have, want in zip(fixed, sizes, strict=False))
        return tensor.dtype in ("float32", "float16") and len(fixed) == 4 and known
    axes = _OPTIONAL.get(tensor.name, 2)
    return tensor.dtype == "int64" and (len(fixed) < 2 if axes is None else len(fixed) == axes)


def _unfit(package: Package, what: str, name: str) -> PackageError:
    return PackageError(
        f"The text graph of “{package.name}” does not have the {what}: look at “{name}”.", Fault.WRONG_SHAPE
    )
