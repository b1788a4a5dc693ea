"""Sets of one-colour vector icons: which may be used, what their icons are called, and what the names say.

Sets come in the layout of Iconify (https://iconify.design/docs/types/iconify-json.html), as `npm pack @iconify/json`
brings them: json/<prefix>.json with `info` (name, licence, category), `icons` and sometimes `categories`. A folder of
SVG files is a set of its own. Sets of logos are left out, and so are icons that are called like one: a brand is a
trademark, whatever the licence of its drawing.
"""

import dataclasses
import json
import pathlib
import re
import tarfile
from collections.abc import Iterator
from typing import Any

from export.errors import ExportError

LICENCES = {"MIT", "Apache-2.0", "ISC", "CC0-1.0", "OFL-1.1", "BSD-3-Clause", "BSD-2-Clause"}
NOT_ICONS = {"Logos", "Programming"}  # categories of sets: brands, or the badges of programming languages
LOGO_SETS = ("simple-icons", "logos", "cib", "bxl", "fa6-brands", "token", "cryptocurrency", "entypo-social")
ANIMATED = re.compile(r"<(?:animate|set\b)|@keyframes")
COLOUR = re.compile(
    r"""(?:fill|stroke|color)\s*[=:]\s*["']?\s*(?!none|currentColor|inherit|transparent|url)[#a-zA-Z]"""
)
TWO_TONE = re.compile(r"""(?:fill-|stroke-)?opacity\s*[=:]\s*["']?\s*0?\.\d""")
TONES = {"duotone", "twotone", "duo", "bulk", "tone"}
FILLED = {"fill", "filled", "solid", "bold-filled"}
OUTLINE = {"outline", "outlined", "line", "linear", "stroke", "regular", "thin", "light"}
BRAND = {"brand", "logo", "logos", "logotype"}
# what names say of the drawing and not of the thing
MANNER = (
    TONES
    | FILLED
    | OUTLINE
    | {
        "two",
        "rounded",
        "round",
        "sharp",
        "bold",
        "broken",
        "baseline",
        "px",
        "icon",
        "icons",
        "alt",
        "variant",
        "thick",
    }
    | {"small", "large", "big", "mini", "xs", "sm", "lg", "xl", "medium", "dotted", "i", "md", "ios", "android", "new"}
)
SPELT = {"colour": "color", "grey": "gray", "centre": "center", "mail": "mail", "e": "", "the": "", "of": "", "and": ""}


@dataclasses.dataclass(frozen=True)
class IconSet:
    """A set and its icons, as they come."""

    prefix: str
    title: str
    licence: str  # SPDX
    icons: dict[str, dict[str, Any]]  # name -> body, width, height, left, top
    categories: dict[str, str]  # name -> category, where the set has them


@dataclasses.dataclass(frozen=True)
class IconName:
    """What a name says. The concept is what the icon shows, whatever its set and manner."""

    words: tuple[str, ...]
    manner: tuple[str, ...]

    @property
    def concept(self) -> str:
        return " ".join(sorted(self.words))


def read_sets(source: pathlib.Path) -> Iterator[IconSet]:
    """The permissive sets of one colour in an archive of npm, in its unpacked folder, or a folder of SVG files."""
    if not source.exists():
        raise ExportError(
            f"There is no {source}: `npm pack @iconify/json` brings the archive, or name a folder of SVGs."
        )
    if source.is_dir() and not (source / "collections.json").exists():
        yield _folder_set(source)
        return
    read = _reader(source)
    try:
        collections = json.loads(read("collections.json"))
    except (KeyError, ValueError) as error:
        raise ExportError(f"{source} is no archive of Iconify's sets ({error}); fetch it again.") from None
    brands = _brands(read, collections)
    for prefix, info in sorted(collections.items()):
        if is_usable(info):
            yield _iconify_set(prefix, info, json.loads(read(f"json/{prefix}.json")), brands)


def is_usable(info: dict[str, Any]) -> bool:
    """A permissive licence, one colour, no logos. Sets that are called archived carry a wrong `palette` at times."""
    licence = info.get("license", {}).get("spdx")
    return licence in LICENCES and info.get("palette") is False and info.get("category") not in NOT_ICONS


def parse_name(name: str) -> IconName:
    """“coffee-cup-outline-24” -> words (coffee, cup), manner (outline)."""
    tokens = [t for t in re.split(r"[^a-z0-9]+", re.sub(r"([a-z])([A-Z])", r"\1-\2", name).lower()) if t]
    tokens = [re.sub(r"(?<=[a-z]{3})\d+$", "", t) for t in tokens]  # layers2
    words = [SPELT.get(t, t) for t in tokens if t not in MANNER and not re.fullmatch(r"\d+(px)?|.", t)]
    return IconName(tuple(dict.fromkeys(w for w in words if w)), tuple(t for t in tokens if t in MANNER))


def svg_of(icon: dict[str, Any], side: int) -> str:
    """The icon in black on nothing, `side` pixels square, centred in its view box."""
    width, height = icon.get("width", 16), icon.get("height", 16)
    box = f"{icon.get('left', 0)} {icon.get('top', 0)} {width} {height}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{box}"'
    return f'{head} width="{side}" height="{side}">{icon["body"].replace("currentColor", "#000")}</svg>'


# -- Iconify ----------------------------------------------------------------------------------------------------------


def _reader(source: pathlib.Path):
    if source.is_dir():
        return lambda path: (source / path).read_bytes()
    try:
        with tarfile.open(source) as archive:
            members = {m.name.partition("/")[2]: m for m in archive if m.name.endswith(".json") and m.isfile()}
            held = {name: archive.extractfile(m).read() for name, m in members.items()}  # type: ignore[union-attr]
    except (OSError, tarfile.TarError, EOFError) as error:
        raise ExportError(f"{source} cannot be unpacked ({error}); fetch it again.") from None
    return held.__getitem__


def _brands(read, collections: dict[str, Any]) -> frozenset[str]:
    """Names that two or more sets of logos have."""
    seen: dict[str, int] = {}
    for prefix in (p for p in LOGO_SETS if p in collections):
        names = {parse_name(name).concept for name in json.loads(read(f"json/{prefix}.json"))["icons"]}
        for name in names:
            seen[name] = seen.get(name, 0) + 1
    return frozenset(name for name, count in seen.items() if count > 1 and name)


def _iconify_set(prefix: str, info: dict[str, Any], content: dict[str, Any], brands: frozenset[str]) -> IconSet:
    sizes = {key: content[key] for key in ("width", "height", "left", "top") if key in content}
    categories = {name: category for category, names in content.get("categories", {}).items() for name in names}
    icons = {
        name: {**sizes, **icon}
        for name, icon in content["icons"].items()
        if not icon.get("hidden") and _is_wanted(name, icon["body"], categories.get(name, ""), brands)
    }
    return IconSet(prefix, info["name"], info["license"]["spdx"], icons, categories)


def _is_wanted(name: str, body: str, category: str, brands: frozenset[str]) -> bool:
    parsed = parse_name(name)
    if BRAND & set(name.lower().split("-")) or re.search("brand|logo", category, re.I) or parsed.concept in brands:
        return False
    return not ANIMATED.search(body) and not COLOUR.search(body.replace("#000", "none").replace("#fff", "none"))


# -- SVG files --------------------------------------------------------------------------------------------------------


def _folder_set(source: pathlib.Path) -> IconSet:
    icons, categories = {}, {}
    for path in sorted(source.rglob("*.svg")):
        name = path.stem
        text = path.read_text("utf-8", "replace")
        icons[name] = {"body": re.sub(r"^.*?(?=<svg\b)", "", text, flags=re.S), "width": 24, "height": 24}
        if path.parent != source:
            categories[name] = path.parent.name
    if not icons:
        raise ExportError(f"There is no .svg file in {source}; name Iconify's archive or a folder of SVG files.")
    return IconSet(source.name, source.name, "not stated", icons, categories)
