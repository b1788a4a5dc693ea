"""Tiny packages that restore pictures, with real ONNX graphs: what each one does can be said in a line of numpy.

same      the picture as it is                                   denoise
blur      the mean of 3 x 3 pixels, zeros around what is given   denoise, border 1
twice     every pixel becomes 2 x 2                              upscale
fill      LEVEL where the mask is 1                              inpaint
cells     the mean of every cell of SIDE x SIDE pixels           denoise, side SIDE
"""

from pathlib import Path
from typing import Literal

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from desktop_app.engine.manifest import Graph, Restoration, Tensor
from tests import tiny_package

Kind = Literal["same", "blur", "twice", "fill", "cells"]

GIVEN = "restored"  # the output: a graph cannot give what it takes under one name
LEVEL = 0.5  # of what is filled in
SIDE = 4  # pixels of a cell
NEAREST = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
ABILITIES = {"same": "denoise", "blur": "denoise", "twice": "upscale", "fill": "inpaint", "cells": "denoise"}


def tiny_restorer(parent: Path, kind: Kind = "blur", name: str = "", *, channels: int = 3, **changes: object) -> Path:
    """A package that does `kind` to pictures of so many channels; `changes` replace fields of its restoration."""
    folder = parent / (name or kind)
    folder.mkdir(parents=True)
    onnx.save(graph(kind, channels), folder / "restorer.onnx")
    _golden(folder, kind, channels)
    (folder / "card.md").write_text(f"# {kind}\n")
    return write_manifest(folder, kind, channels=channels, **changes)


def package_with(
    parent: Path, graph: onnx.ModelProto, kind: Kind = "blur", name: str = "", *, channels: int = 3
) -> Path:
    """A tiny restorer with another graph; its golden example is still that of the first."""
    folder = tiny_restorer(parent, kind, name, channels=channels)
    onnx.save(graph, folder / "restorer.onnx")
    return write_manifest(folder, kind, channels=channels)


def write_manifest(folder: Path, kind: Kind, *, channels: int = 3, **changes: object) -> Path:
    """Write the manifest of the files as they are now; `changes` replace fields of its restoration."""
    defaults: dict[str, object] = {
        "scale": 2 if kind == "twice" else 1,
        "border": 1 if kind == "blur" else 0,
        "side": SIDE if kind == "cells" else None,
    }
    restoration = Restoration(channels, **(defaults | changes))  # type: ignore[arg-type]
    sides: tuple[int | str, ...] = ("H", "W") if restoration.side is None else (restoration.side, restoration.side)
    image = Tensor("image", "float32", ("N", channels, *sides))
    mask = Tensor("mask", "float32", ("N", 1, *sides))
    given = Tensor(GIVEN, "float32", ("N", channels, *(_given(side) for side in sides)))
    tiny_package.write_manifest(
        folder,
        title=folder.name.title(),
        summary="A restorer for tests.",
        abilities=(ABILITIES[kind],),
        graphs={"restorer": Graph("restorer", (image, mask) if kind == "fill" else (image,), (given,))},
        latent=None,
        picture=None,
        classes=(),
        restoration=restoration,
    )
    return folder


def reference(kind: Kind, image: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """What the graphs compute, in numpy: (N, C, H, W) in, the same or twice its size out."""
    if kind == "twice":
        return image.repeat(2, axis=2).repeat(2, axis=3)
    if kind == "fill":
        assert mask is not None
        return np.where(mask > 0, np.float32(LEVEL), image)
    if kind == "cells":
        return np.broadcast_to(image.mean(axis=(2, 3), keepdims=True), image.shape).copy()
    if kind == "blur":
        around = np.pad(image, ((0, 0), (0, 0), (1, 1), (1, 1)))
        height, width = image.shape[2:]
        return sum(around[:, :, y : y + height, x : x + width] for y in range(3) for x in range(3)) / np.float32(9)
    return image.copy()


def graph(kind: Kind, channels: int = 3) -> onnx.ModelProto:
    nodes = {
        "same": [helper.make_node("Identity", ["image"], [GIVEN])],
        "blur": [helper.make_node("Conv", ["image", "kernel"], [GIVEN], pads=[1, 1, 1, 1], group=channels)],
        "twice": [helper.make_node("Resize", ["image", "", "scales"], [GIVEN], mode="nearest", **NEAREST)],
        "fill": [
            helper.make_node("Greater", ["mask", "nought"], ["hole"]),
            helper.make_node("Where", ["hole", "level", "image"], [GIVEN]),
        ],
        "cells": [
            helper.make_node("ReduceMean", ["image", "sides"], ["mean"], keepdims=1),
            helper.make_node("Shape", ["image"], ["size"]),
            helper.make_node("Expand", ["mean", "size"], [GIVEN]),
        ],
    }[kind]
    return restorer_graph(nodes, channels, takes_mask=kind == "fill", side=SIDE if kind == "cells" else None)


def broken_graph(channels: int = 3) -> onnx.ModelProto:
    """Answers with numbers that are none."""
    nodes = [
        helper.make_node("Sub", ["image", "image"], ["none"]),
        helper.make_node("Div", ["none", "none"], [GIVEN]),
    ]
    return restorer_graph(nodes, channels)


def hungry_graph(side: int, *, elements: int, channels: int = 3) -> onnx.ModelProto:
    """The picture as it is, and for more than `side` pixels across so many numbers of memory besides."""
    nodes = [
        helper.make_node("Shape", ["image"], ["across"], start=3, end=4),
        helper.make_node("Div", ["across", "side"], ["times"]),
        helper.make_node("Min", ["times", "one"], ["excess"]),
        helper.make_node("Mul", ["excess", "elements"], ["size"]),
        helper.make_node("ConstantOfShape", ["size"], ["zeros"]),
        helper.make_node("ReduceSum", ["zeros"], ["sum"], keepdims=0),
        helper.make_node("Add", ["image", "sum"], [GIVEN]),
    ]
    constants = {"side": np.array([side + 1]), "one": np.array([1]), "elements": np.array([elements])}
    return restorer_graph(nodes, channels, more=constants)


def restorer_graph(
    nodes: list[onnx.NodeProto],
    channels: int = 3,
    *,
    takes_mask: bool = False,
    side: int | None = None,
    more: dict[str, np.ndarray] | None = None,
) -> onnx.ModelProto:
    """Nodes from “image” (and “mask”) to GIVEN; constants are those of the graphs above, and `more` whole numbers."""
    known = {
        "kernel": np.full((channels, 1, 3, 3), 1 / 9, np.float32),
        "scales": np.array([1, 1, 2, 2], np.float32),
        "nought": np.array(0, np.float32),
        "level": np.array(LEVEL, np.float32),
        "sides": np.array([2, 3], np.int64),
        **{name: value.astype(np.int64) for name, value in (more or {}).items()},
    }
    wanted = {name for node in nodes for name in node.input}
    sides: list[int | str] = ["H", "W"] if side is None else [side, side]
    inputs = [_value("image", ["N", channels, *sides])]
    if takes_mask:
        inputs.append(_value("mask", ["N", 1, *sides]))
    constants = [numpy_helper.from_array(value, name) for name, value in known.items() if name in wanted]
    outputs = [_value(GIVEN, ["N", channels, *map(_given, sides)])]
    return tiny_package.model(nodes, inputs, outputs, constants)


def _given(side: int | str) -> int | str:
    """A free side of the output has a name of its own, since it may be of another length."""
    return side if isinstance(side, int) else f"{side}2"


def _golden(folder: Path, kind: Kind, channels: int) -> None:
    rng = np.random.default_rng(1)
    sides = (SIDE, SIDE) if kind == "cells" else (6, 10)
    arrays = {"image": rng.random((1, channels, *sides), np.float32)}
    if kind == "fill":
        arrays["mask"] = (rng.random((1, 1, *sides)) > 0.5).astype(np.float32)
    np.savez(folder / "golden.npz", **arrays, restored=reference(kind, arrays["image"], arrays.get("mask")))


def _value(name: str, shape: list[int | str]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
