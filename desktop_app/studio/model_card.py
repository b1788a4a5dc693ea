"""What the card of a package says about it, in plain words, from its manifest alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from desktop_app.engine.manifest import Icons, MadeBy, Manifest, TextModel, TrainingData
from desktop_app.engine.packages import MANIFEST, Package

KINDS = ("Make pictures", "Restore pictures", "Write", "Tell pictures apart", "Other")
WORDS_A_TOKEN = 0.75  # of English, about
_TASKS = {
    "sample": "Makes pictures",
    "encode": "Finds the place of your own pictures",
    "classify": "Tells classes apart",
    "denoise": "Takes out noise",
    "upscale": "Enlarges",
    "inpaint": "Fills in",
    "complete": "Goes on from a text",
}


@dataclass(frozen=True)
class Permission:
    """May what it makes be used commercially?"""

    tone: Literal["good", "warn", "error"]
    title: str
    text: str


PERMISSIONS = {
    "yes": Permission("good", "Commercial use is allowed", "For the weights and for what is made with them."),
    "no": Permission("error", "Commercial use is not allowed", "Study and private work alone."),
    "unknown": Permission(
        "warn",
        "Commercial use: not known",
        "What it learnt on leaves it open. Ask before you sell what it makes.",
    ),
}


def permission(manifest: Manifest) -> Permission:
    return PERMISSIONS[manifest.commercial_use]


def kind_of(manifest: Manifest) -> str:
    """One of KINDS."""
    if "sample" in manifest.abilities:
        return KINDS[0]
    if manifest.restoration is not None:
        return KINDS[1]
    if manifest.text is not None:
        return KINDS[2]
    return KINDS[3] if manifest.classifier is not None else KINDS[4]


def by_kind(packages: Sequence[Package]) -> dict[str, list[Package]]:
    """All packages under KINDS that have some, by title."""
    found: dict[str, list[Package]] = {kind: [] for kind in KINDS}
    for package in sorted(packages, key=lambda p: (p.manifest.title.lower(), p.name)):
        found[kind_of(package.manifest)].append(package)
    return {kind: some for kind, some in found.items() if some}


def tasks(manifest: Manifest) -> str:
    """“Makes pictures · Finds the place of your own pictures”"""
    known = [_TASKS[ability] for ability in manifest.abilities]
    if manifest.text is not None and "chat_template" in manifest.files:
        known.append("Answers questions")
    return " · ".join(known) or "Nothing that this version knows"


def facts(package: Package) -> list[tuple[str, str]]:
    """Rows of a name and a value: what it takes or makes, version, size."""
    manifest = package.manifest
    if manifest.text is not None:
        rows = _text_facts(manifest.text)
    else:
        rows = _icon_facts(manifest.icons) if manifest.icons else [("Pictures", _pictures(manifest))]
    if manifest.classes:
        rows.append(("Classes", _listed(manifest.classes)))
    rows += [("Name", manifest.name), ("Version", manifest.version)]
    rows.append(("Size on disk", megabytes(size_on_disk(package))))
    return rows


def _text_facts(text: TextModel) -> list[tuple[str, str]]:
    words = round(text.context * WORDS_A_TOKEN, -2 if text.context > 400 else -1)
    rows = [("Reads at once", f"{text.context:,} tokens, some {words:,.0f} words of English")]
    rows.append(("Vocabulary", f"{text.vocabulary:,} tokens"))
    if text.kinds:
        rows.append(("Kinds of text", ", ".join(kind.title for kind in text.kinds)))
    return rows


def _icon_facts(icons: Icons) -> list[tuple[str, str]]:
    rows = [("Icons", f"one colour, as vectors, drawn from fields of {icons.side} × {icons.side}")]
    rows.append(("Words", f"{len(icons.words):,}, up to {icons.most_words} at once"))
    if icons.styles:
        rows.append(("Styles", ", ".join(icons.styles)))
    if icons.sources:
        rows.append(("Learnt from", f"{sum(s.count for s in icons.sources):,} icons of {len(icons.sources):,} sets"))
    return rows


def data_rows(data: TrainingData, manifest: Manifest) -> list[tuple[str, str]]:
    return [
        ("Data", data.name),
        (unit(manifest), f"{data.count:,}"),
        ("Licence", data.licence),
        ("Hash", data.sha256[:16]),
    ]


def made_rows(made: MadeBy, manifest: Manifest) -> list[tuple[str, str]]:
    """What its maker has said; of a model of others that may be little."""
    time = f"{made.minutes:,.0f} minutes" if made.minutes >= 1 else "below a minute"
    rows = [("Preset", made.preset), ("Made", made.date), ("Hardware", made.hardware)]
    if made.hardware:
        rows.append(("Training", time))
    if made.images:
        rows.append((f"{unit(manifest)} seen", f"{made.images:,}, repeats counted"))
    rows.append(("Commit", made.commit))
    return [row for row in rows if row[1]]


def unit(manifest: Manifest) -> str:
    """What its data is counted in."""
    return "Tokens" if manifest.text is not None else "Icons" if manifest.icons is not None else "Pictures"


def size_on_disk(package: Package) -> int:
    """Bytes of the files that the manifest lists, and of itself; of what is gone, what the manifest says."""
    try:
        own = (package.folder / MANIFEST).stat().st_size
    except OSError:
        own = 0
    return sum(entry.size for entry in package.manifest.files.values()) + own


def megabytes(size: int) -> str:
    return f"{size / 10**6:.1f} MB"


def _pictures(manifest: Manifest) -> str:
    restoration, picture = manifest.restoration, manifest.picture
    if restoration is not None:
        size = f"{restoration.side} × {restoration.side} pixels" if restoration.side else "any size"
        return f"{'grey' if restoration.channels == 1 else 'colour'}, {size}"
    if picture is None:
        return "none"
    tone = {1: "grey", 3: "colour", 4: "colour with transparency"}[picture.channels]
    return f"{picture.width} × {picture.height} pixels, {tone}"


def _listed(classes: Sequence[str]) -> str:
    """All of a few, the first of many."""
    if len(classes) <= 12:
        return f"{len(classes)}: {', '.join(classes)}"
    return f"{len(classes)}: {', '.join(classes[:8])} …"
