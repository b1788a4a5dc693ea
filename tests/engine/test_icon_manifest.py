"""Manifests of packages of icons that contradict themselves end in a sentence, before any graph is opened."""

from typing import Any

import msgspec
import pytest

from desktop_app.engine.errors import PackageError
from desktop_app.engine.manifest import Graph, Latent, Picture, Tensor
from desktop_app.engine.packages import Package
from tests import tiny_icons
from tests.fake_icons import icon_graphs
from tests.tiny_icons import FIELD, MOST_WORDS, SIZE

GRAPHS = icon_graphs(SIZE, FIELD, MOST_WORDS)


def without_style(graph: Graph) -> Graph:
    return msgspec.structs.replace(graph, inputs=tuple(t for t in graph.inputs if t.name != "style"))


def of_one_row(graph: Graph) -> Graph:
    first = msgspec.structs.replace(graph.inputs[0], shape=(1, *graph.inputs[0].shape[1:]))
    return msgspec.structs.replace(graph, inputs=(first, *graph.inputs[1:]))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"abilities": ("sample",)}, "samples and encodes"),
        ({"classes": ("cat", "dog")}, "has no classes"),
        ({"picture": Picture(3, 128, 128, 0.0, 1.0)}, "grey and square"),
        ({"picture": Picture(1, 128, 64, 0.0, 1.0)}, "grey and square"),
        (
            {"latent": Latent(24), "graphs": icon_graphs(24, FIELD, MOST_WORDS)},
            "24 numbers cannot be cut into 16 cells",
        ),
        ({"graphs": {k: v for k, v in GRAPHS.items() if k != "flow"}}, "needs a graph “flow”"),
        ({"graphs": {k: v for k, v in GRAPHS.items() if k != "encoder"}}, "needs a graph “encoder”"),
        ({"graphs": icon_graphs(2 * SIZE, FIELD, MOST_WORDS)}, r"its decoder should take “w” float32\[N, 16\]"),
        ({"graphs": icon_graphs(SIZE, FIELD, MOST_WORDS + 1)}, r"its flow should take .*“words” int64\[N, 4\]"),
        ({"graphs": GRAPHS | {"flow": without_style(GRAPHS["flow"])}}, r"“style” int64\[N\]"),
        ({"graphs": GRAPHS | {"decoder": of_one_row(GRAPHS["decoder"])}}, "the first axis of what its decoder takes"),
        (
            {"graphs": GRAPHS | {"flow": Graph("flow", GRAPHS["flow"].inputs, (Tensor("velocity", "int64", ("N",)),))}},
            "its flow should give “velocity”",
        ),
    ],
)
def test_a_manifest_that_contradicts_itself_is_refused(icons: Package, changes: dict[str, Any], says: str):
    with pytest.raises(PackageError, match=says):
        tiny_icons.rewrite(icons.folder, **changes)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"side": 4}, "its fields are 4 pixels"),
        ({"side": 1024}, "its fields are 1024 pixels"),
        ({"reach": 0.0}, "a reach of 0"),
        ({"reach": 17.0}, "a reach of 17"),
        ({"steps": 0}, "in 0 steps"),
        ({"steps": 10**6}, "in 1000000 steps"),
        ({"guidance": -1.0}, "its guidance is -1"),
        ({"guidance": 11.0}, "its guidance is 11"),
        ({"most_words": 0}, "with 0 words"),
        ({"words": ("cat", "dog", "cat")}, "two of its words are the same"),
        ({"words": ("cat", "")}, "or one is empty"),
        ({"styles": ("filled", "filled")}, "two of its styles are the same"),
        ({"sources": tiny_icons.SOURCES * 2}, "two of its sets are the same"),
    ],
)
def test_what_it_says_of_its_icons_is_checked(icons: Package, changes: dict[str, Any], says: str):
    with pytest.raises(PackageError, match=says):
        tiny_icons.icons_with(icons, **changes)


def test_a_sound_one_is_read(icons: Package):
    assert icons.manifest.icons is not None
    assert icons.can_encode
    assert not icons.has_lines
