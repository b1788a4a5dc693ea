"""A menu of the starred designs: which of them a line becomes the title of, or a name is sought for."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.engine.packages import Package
from desktop_app.studio.project import Take
from desktop_app.ui.controls.labels import shortened
from desktop_app.ui.picture.place_words import design_words

MOST = 40  # entries; a screen holds no more
NONE = "No design is starred yet. Star one in Sample or Blend, then it can be chosen here."


def take_words(take: Take, package: Package | None) -> str:
    """A starred design in a few words: its title, or what decides it; then its model."""
    words = design_words(take.design, package)
    words = words[:1].upper() + words[1:]
    title = package.manifest.title if package is not None else take.package
    named = f"“{shortened(take.title, 32)}”  ·  {words}" if take.title else words
    return f"{named}  ·  {shortened(title, 28)}"


def take_menu(
    parent: QWidget, takes: Sequence[Take], by_hash: Mapping[str, Package], chosen: Callable[[Take], None]
) -> QMenu:
    """The newest on top."""
    menu = QMenu(parent)
    for take in tuple(reversed(takes))[:MOST]:
        text = take_words(take, by_hash.get(take.sha256)).replace("&", "&&")
        menu.addAction(text).triggered.connect(lambda _checked=False, take=take: chosen(take))
    if len(takes) > MOST:
        menu.addAction(f"and {len(takes) - MOST} older ones").setEnabled(False)
    return menu
