"""A prompt in words: rows of an inspector for what an icon was asked to be, and for what it came near to."""

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Prompt, Resemblance
from desktop_app.studio.likeness import whole_name
from desktop_app.studio.prompting import source_title

Row = tuple[str, str, str]  # name, what is shown, what is copied


def prompt_rows(prompt: Prompt, package: Package | None) -> list[Row]:
    icons = package.manifest.icons if package else None
    rows = [_row("Words", " ".join(prompt.words) or "none")]
    if prompt.style:
        rows.append(_row("Style", prompt.style))
    if prompt.source:
        rows.append(("Set", source_title(prompt.source, icons), prompt.source))
    if prompt.words or prompt.style or prompt.source:
        rows.append(_row("Guidance", f"{prompt.guidance:g}"))
    return rows


def likeness_rows(found: Resemblance) -> list[Row]:
    first = "Resembles", found.name, whole_name(found)
    return [first, _row("Of the set", found.title), _row("Its licence", found.licence)]


def _row(name: str, text: str) -> Row:
    return name, text, text
