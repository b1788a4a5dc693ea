"""An SVG file of a stranger as a tree of plain values: nothing is looked up, nothing expands, everything has a limit.

Expat reads the text; it opens no file and no address. Entities are refused before any is used, so a few lines cannot
become a billion. Of other vocabularies (Inkscape's, Adobe's) nothing is kept.
"""

from dataclasses import dataclass, field
from xml.parsers import expat

from desktop_app.engine.errors import FileError

LARGEST_FILE = 4 * 2**20  # bytes
DEEPEST = 64  # elements inside each other
MOST_ELEMENTS = 20_000
MOST_ATTRIBUTES = 100  # of one element
LONGEST_STYLE = 2**18  # characters

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"


@dataclass
class Node:
    tag: str
    attributes: dict[str, str]
    children: list["Node"] = field(default_factory=list)


@dataclass
class Tree:
    root: Node
    style: str  # all style sheets in it, one after the other


def parse(data: bytes, name: str) -> Tree:
    """Raises FileError with a sentence for what is no SVG, damaged, or larger than an icon can be."""
    if data.startswith(b"\x1f\x8b"):
        raise FileError(f"“{name}” is a compressed SVG. Save it as plain SVG and drop it again.")
    builder = _Builder(name)
    try:
        builder.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise _unreadable(name, data, error) from None
    except (LookupError, ValueError):  # an encoding that nobody knows
        raise FileError(f"“{name}” is in an encoding that Maquette does not read. Save it as UTF-8.") from None
    assert builder.root is not None  # expat asks for an element
    if builder.root.tag != "svg":
        raise FileError(f"“{name}” is XML, but no SVG. Export it as SVG.")
    return Tree(builder.root, "".join(builder.styles))


def _unreadable(name: str, data: bytes, error: expat.ExpatError) -> FileError:
    if b"<" not in data[:4096]:
        return FileError(f"“{name}” is no SVG. Export it as SVG and drop it again.")
    return FileError(
        f"“{name}” is damaged: line {error.lineno:,} is not XML ({expat.ErrorString(error.code)}). Export it again."
    )


class _Builder:
    def __init__(self, name: str) -> None:
        self.root: Node | None = None
        self.styles: list[str] = []
        self._name = name
        self._open: list[Node] = []
        self._elements = self._styled = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.EntityDeclHandler = self._entity
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _entity(self, *declaration: object) -> None:
        raise FileError(
            f"“{self._name}” declares entities, which can hide anything. Save it as plain SVG without them."
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS or len(attributes) > MOST_ATTRIBUTES:
            raise FileError(f"“{self._name}” has more parts than an icon. Choose a simpler drawing.")
        if len(self._open) >= DEEPEST:
            raise FileError(f"“{self._name}” nests its parts more than {DEEPEST} deep. Ungroup it and save it again.")
        node = Node(_local(name, (SVG,)), {key: value for at, value in attributes.items() if (key := _attribute(at))})
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def _end(self, name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        if self._open[-1].tag != "style":
            return
        self._styled += len(text)
        if self._styled > LONGEST_STYLE:
            raise FileError(f"“{self._name}” has a style sheet longer than an icon needs. Save it as plain SVG.")
        self.styles.append(text)


def _local(name: str, namespaces: tuple[str, ...]) -> str:
    """The name without its vocabulary; nothing of others. What has none counts as SVG, as in files of old tools."""
    space, _, local = name.rpartition(" ")
    return local if not space or space in namespaces else ""


def _attribute(name: str) -> str:
    return _local(name, (SVG, XLINK))
