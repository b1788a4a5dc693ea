"""An icon onto the clipboard: as SVG, as its text, and as a PNG, each with its recipe where that is wished for."""

from collections.abc import Callable
from functools import partial
from itertools import count

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from desktop_app.engine.errors import StudioError
from desktop_app.engine.requests import Device, Fields, Trace, Update
from desktop_app.studio.icon_look import IconLook, icon_document
from desktop_app.studio.jobs import Job
from desktop_app.ui.bridge import Listener, QueueBridge
from desktop_app.ui.picture.icon_drawing import Field
from desktop_app.ui.picture.pixels import to_image
from desktop_app.ui.picture.tile import Tile
from desktop_app.ui.sample.closer_look import CloserLook

COPIED = 512  # pixels a side of the PNG
SVG_TYPE = "image/svg+xml"
_numbers = count(1)


class IconCopier(QObject):
    said = Signal(str, str)  # sentence, tone

    def __init__(self, bridge: QueueBridge, closer: CloserLook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._closer, self._drawing = bridge, closer, closer.drawing

    def copy(self, tile: Tile, device: Device | None, *, with_recipe: bool) -> None:
        """At once where the field is known, else when the engine has given it. tile: of a package that is here."""
        on_field = partial(self._put, tile, device, with_recipe)
        field = self._drawing.field(tile.key)
        if field is not None:
            on_field(field)
        else:
            self._fetch(tile, on_field)

    def _fetch(self, tile: Tile, on_field: Callable[[Field], None]) -> None:
        assert tile.package is not None
        listener = Listener(self, partial(self._on_update, on_field), _nothing, self._on_error)
        self._bridge.submit(Trace(tile.package.ref, (tile.design,)), listener, slot=f"copy icon {next(_numbers)}")

    def _on_update(self, on_field: Callable[[Field], None], _job: Job, update: Update) -> None:
        if isinstance(update, Fields):
            on_field(update.fields[0])

    def _on_error(self, _job: Job, error: StudioError) -> None:
        self.said.emit(error.message, "error")

    def _put(self, tile: Tile, device: Device | None, with_recipe: bool, field: Field) -> None:
        from desktop_app.studio import recipe
        from desktop_app.studio.svg_drawing import draw

        assert tile.package is not None
        look = self._drawing.icon_look
        try:
            svg = icon_document(field, look, name=icon_name(tile))
            pixels = draw(svg, COPIED, COPIED)
        except StudioError as error:
            self.said.emit(error.message, "warn")
            return
        likeness = self._closer.likeness_words(tile.key)
        make = partial(recipe.make_recipe, tile.package, tile.design, device, resembles=likeness)
        picture_look: IconLook = msgspec.structs.replace(look, size=COPIED)
        text = recipe.svg_with_recipe(svg, make(look)) if with_recipe else svg
        png = recipe.encode_png(pixels, make(picture_look) if with_recipe else None, title=tile.title)
        clipboard = QGuiApplication.clipboard()
        clipboard.setImage(to_image(pixels))
        # a QMimeData of Python's would be destroyed after Python is gone: the clipboard's own is added to
        data = clipboard.mimeData()
        data.setData(SVG_TYPE, text.encode())
        data.setData("image/png", png)
        data.setText(text)
        note = f" {likeness}." if likeness else ""
        self.said.emit(f"The icon is on the clipboard, as SVG and as PNG.{note}", "warn" if likeness else "plain")


def icon_name(tile: Tile) -> str:
    """What the designer called it, or what it was asked to be."""
    prompt = tile.design.prompt
    return tile.title or (" ".join(prompt.words) if prompt else "")


def _nothing(_job: Job) -> None:
    pass
