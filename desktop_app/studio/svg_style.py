"""Style sheets inside an SVG, written into the attributes of its elements, so that no CSS is left to look after.

Selectors of one element are understood (`path`, `.st0`, `#a`, `path.st0.x`, `*`), which is what drawing programs write;
rules with others, and all that begin with @, are left out. Source: CSS 2.2, sections 4, 5 and 6.4.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from desktop_app.studio.svg_parsing import Node

# what may stand in a style; all else, with url() to other files, is left out
_NAMES = """
fill fill-rule fill-opacity stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray
stroke-dashoffset stroke-opacity opacity display visibility color clip-path clip-rule mask mask-type stop-color
stop-opacity paint-order
"""
PROPERTIES = frozenset(_NAMES.split())
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_SELECTOR = re.compile(r"(\*|[A-Za-z][\w-]*)?((?:[.#][\w-]+)*)")
_IMPORTANT = re.compile(r"\s*!\s*important\s*\Z", re.IGNORECASE)


@dataclass(frozen=True)
class _Rule:
    weight: tuple[int, int, int]  # identifiers, classes, tags
    tag: str
    identifier: str
    classes: frozenset[str]
    declarations: dict[str, str]

    def fits(self, tag: str, identifier: str, classes: frozenset[str]) -> bool:
        return self.tag in ("", tag) and self.identifier in ("", identifier) and self.classes <= classes


class StyleSheet:
    def __init__(self, text: str) -> None:
        self.has_foreign = "@import" in text.lower()  # it asks for another file
        found = sorted(_rules(_COMMENT.sub(" ", text)), key=lambda rule: rule.weight)  # stable: later ones win
        self.rules = len(found)
        self._rules: dict[str, list[tuple[int, _Rule]]] = {}
        for order, rule in enumerate(found):
            self._rules.setdefault(_key(rule), []).append((order, rule))

    def properties(self, node: Node) -> dict[str, str]:
        """Presentation attributes, then rules, then the element's own style: each wins over what is before it."""
        classes = frozenset(node.attributes.get("class", "").split())
        identifier = node.attributes.get("id", "")
        keys = ["", node.tag, f"#{identifier}", *(f".{name}" for name in classes)]
        near = sorted((at for key in keys for at in self._rules.get(key, ())), key=lambda at: at[0])
        found = {key: value for key, value in node.attributes.items() if key in PROPERTIES}
        for _, rule in near:
            if rule.fits(node.tag, identifier, classes):
                found |= rule.declarations
        return found | declarations(node.attributes.get("style", ""))


def declarations(text: str) -> dict[str, str]:
    """property -> value, of those that are known."""
    pairs = (piece.partition(":") for piece in _COMMENT.sub(" ", text).split(";"))
    return {
        name: _IMPORTANT.sub("", value).strip()
        for key, colon, value in pairs
        if colon and (name := key.strip().lower()) in PROPERTIES
    }


def _rules(text: str) -> Iterator[_Rule]:
    for selectors, body in _blocks(text):
        known = declarations(body)
        for selector in selectors.split(",") if known else ():
            if rule := _rule(selector.strip(), known):
                yield rule


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """(selectors, declarations) of the rules on the outside; what stands inside @media {…} belongs to a screen."""
    depth, head, body = 0, "", ""
    for piece, end in zip(*[iter(re.split(r"([{}])", text + "}"))] * 2, strict=False):
        if depth == 0:
            head = piece.rpartition(";")[2].strip()
        elif depth == 1:
            body = piece
        if end == "}" and depth == 1 and head and not head.startswith("@"):
            yield head, body
        depth = depth + 1 if end == "{" else max(depth - 1, 0)


def _rule(selector: str, known: dict[str, str]) -> _Rule | None:
    match = _SELECTOR.fullmatch(selector)
    if not selector or not match:
        return None
    tag = "" if match[1] in (None, "*") else match[1]
    parts = re.findall(r"[.#][\w-]+", match[2])
    identifiers = {part[1:] for part in parts if part[0] == "#"}
    classes = frozenset(part[1:] for part in parts if part[0] == ".")
    if len(identifiers) > 1:
        return None
    return _Rule((len(identifiers), len(classes), int(bool(tag))), tag, "".join(identifiers), classes, known)


def _key(rule: _Rule) -> str:
    """Under which a rule is looked for: the rarest thing that it asks for."""
    if rule.identifier:
        return f"#{rule.identifier}"
    return f".{min(rule.classes)}" if rule.classes else rule.tag
