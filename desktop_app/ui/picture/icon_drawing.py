"""How icons appear on the screen: in their colours, on their tile, and as sharp as the screen is.

The engine draws an icon black on white, 128 pixels a side. Here that is a mask. Where more pixels are wanted and the
icon's field is known, the mask is drawn from the field. An icon without colours of its own has those of the theme.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec
import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter

from desktop_app.engine.errors import StudioError
from desktop_app.engine.fields import coverage_of
from desktop_app.engine.requests import Pixels
from desktop_app.studio.colorimetry import rgb_of
from desktop_app.studio.film_icon import enlarged
from desktop_app.studio.icon_look import IconLook, icon_document
from desktop_app.studio.icon_style import IconStyle, placement, shown
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.resample import resample
from desktop_app.ui.picture.tile import Key
from desktop_app.ui.picture.tile_store import ByteCache, Fit

Field = npt.NDArray[np.float32]  # (side, side), signed distances in pixels
Mask = npt.NDArray[np.uint8]  # (side, side), 255 where all is ink
Table = npt.NDArray[np.uint32]  # (256,), premultiplied 0xaarrggbb of every coverage
FIELD_BYTES = 48 * 2**20
PREVIEW = 512  # pixels of an icon in the inspector


class IconDrawing(QObject):
    """What the store of tiles asks for the packages it was told of."""

    changed = Signal()  # all icons look different now

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.look = look
        self._icon_look = IconLook()
        self._style: IconStyle | None = None
        self._document: tuple[Key, str] | None = None  # the one that was made last
        self._packages: frozenset[str] = frozenset()
        self._fields: ByteCache[Key, Field] = ByteCache(FIELD_BYTES, lambda field: field.nbytes)
        look.changed.connect(self._on_look)

    @property
    def style(self) -> IconStyle:
        if self._style is None:
            self._style = self._seen_style()
        return self._style

    def _seen_style(self) -> IconStyle:
        """The style as it is shown here: what has no colours of its own has those of the theme."""
        asked, colours, theme = self._icon_look.style, shown(self._icon_look.style), self.look.colours
        is_plain = colours.background is None and asked.lock is None and rgb_of(colours.foreground) == (0, 0, 0)
        return IconStyle(
            theme.ink if is_plain else colours.foreground,
            colours.background or theme.panel,
            asked.radius if colours.background else 0.0,
            asked.padding,
        )

    @property
    def icon_look(self) -> IconLook:
        """As icons are saved: without the theme's colours."""
        return self._icon_look

    def set_packages(self, hashes: Iterable[str]) -> None:
        """Of the manifests of all packages of icons."""
        self._packages = frozenset(hashes)

    def set_icon_look(self, icon_look: IconLook) -> None:
        if icon_look != self._icon_look:
            self._icon_look = icon_look
            self._on_look()

    def draws(self, key: Key) -> bool:
        return key[0] in self._packages

    def put_field(self, key: Key, field: Field) -> None:
        self._fields.put(key, field.copy())

    def field(self, key: Key) -> Field | None:
        return self._fields.get(key)

    def has_field(self, key: Key) -> bool:
        return key in self._fields

    # -- pictures --------------------------------------------------------------------------------------------------

    def images(self, pictures: Mapping[Key, Pixels], place: Fit) -> dict[Key, QImage]:
        """pictures: of one shape."""
        inner = self._inner(place.box)
        masks = self._masks(pictures, inner, place)
        images = {key: self.image(mask, place.box) for key, mask in masks.items()}
        for image in images.values():
            image.setDevicePixelRatio(place.ratio)
        return images

    def image(self, mask: Mask, side: int) -> QImage:
        """The icon of a mask on its tile, `side` pixels; the mask is laid in the middle as it is."""
        style = self.style
        image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(style.background or ""))
        corner = side * style.radius / 100
        painter.drawRoundedRect(QRectF(0, 0, side, side), corner, corner)
        ink = ink_image(mask, style.foreground)
        painter.drawImage((side - ink.width()) // 2, (side - ink.height()) // 2, ink)
        painter.end()
        return image

    def rough(self, pixels: Pixels) -> QImage:
        """At once and as large as it is."""
        inner = self._inner(len(pixels))
        mask = 255 - resample(pixels[None], inner, inner, "smooth")[0, ..., 0]
        return self.image(mask, len(pixels))

    def dressed(self, key: Key, pixels: Pixels) -> Pixels:
        """(PREVIEW, PREVIEW, 4) with straight alpha; from the field where it is known."""
        field = self._fields.get(key)
        if field is None:
            return pixels_of(self.image(enlarged(255 - pixels[..., 0], self._inner(PREVIEW)), PREVIEW))
        return pixels_of(self.image(coverage_of(field, self._inner(PREVIEW)), PREVIEW))

    def document(self, key: Key) -> str:
        """The icon as SVG; empty where its field is not known, or has no outline."""
        field = self._fields.get(key)
        if field is None:
            return ""
        if self._document is None or self._document[0] != key:
            try:
                text = icon_document(field, msgspec.structs.replace(self._icon_look, style=self.style))
            except StudioError:
                text = ""
            self._document = key, text
        return self._document[1]

    def _inner(self, side: int) -> int:
        """Pixels of the icon on a tile of `side` pixels."""
        return max(1, round(side * placement(self._icon_look.style)[1]))

    def _masks(self, pictures: Mapping[Key, Pixels], side: int, place: Fit) -> dict[Key, Mask]:
        drawn_side = len(next(iter(pictures.values())))
        large = side > drawn_side and place.scaling == "smooth"
        fields = {key: field for key in pictures if large and (field := self._fields.get(key)) is not None}
        rest = [key for key in pictures if key not in fields]
        masks: dict[Key, Mask] = {}
        if fields:
            masks |= dict(zip(fields, coverage_of(np.stack(list(fields.values())), side), strict=True))
        if rest:
            stack = np.stack([pictures[key] for key in rest])
            masks |= dict(zip(rest, 255 - resample(stack, side, side, place.scaling)[..., 0], strict=True))
        return masks

    @Slot()
    def _on_look(self) -> None:
        self._style = self._document = None
        self.changed.emit()


def ink_image(mask: Mask, colour: str) -> QImage:
    """A mask in one colour, transparent where it is 0."""
    values = np.ascontiguousarray(_table(colour)[mask])
    height, width = mask.shape
    wrapped = QImage(values.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return wrapped.copy()


def pixels_of(image: QImage) -> Pixels:
    """(H, W, 4) uint8 with straight alpha."""
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 4 * plain.width()].reshape(plain.height(), plain.width(), 4).copy()


@lru_cache(maxsize=16)
def _table(colour: str) -> Table:
    alpha = np.arange(256, dtype=np.uint32)
    red, green, blue = ((alpha * channel + 127) // 255 for channel in rgb_of(colour))
    table: Table = (alpha << 24 | red << 16 | green << 8 | blue).astype(np.uint32)
    return table
