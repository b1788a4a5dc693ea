"""The timeline on the screen: what it shows, where the playhead stands, what is chosen. Hands: timeline_canvas."""

from dataclasses import replace
from itertools import pairwise

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QFont,
    QImage,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.studio.walk import Walk, duration, ways
from desktop_app.ui.blend.timeline_frames import Frames
from desktop_app.ui.blend.timeline_layout import FRAME, HEIGHT, MARGIN, MAX_ZOOM, Hit, TimelineLayout, make_layout, told
from desktop_app.ui.blend.timeline_painter import (
    DENSE_FROM,
    SceneFrame,
    TimelineScene,
    paint_playhead,
    paint_timeline,
    seconds_words,
)
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import TEXT_SMALL
from desktop_app.ui.picture.resample import Scaling
from desktop_app.ui.picture.tile import Key, Tile
from desktop_app.ui.picture.tile_store import Fit, TileStore

RENDER_BUDGET_S = 0.006
TICK_ROOM = 44  # px a figure of the ruler needs
EMPTY_TITLE = "A walk leads from one key frame to the next"
EMPTY_WORDS = (
    "Find a design you like on the pad or the map and press K, or drag its large picture here: it becomes a key frame. "
    "With two of them you can play what lies between, and take it away as a film."
)
ONE_TITLE = "One more key frame, and it moves"
ONE_WORDS = "Move the pin to another design and press K: it becomes the second key frame."


class TimelineView(QWidget):
    view_changed = Signal()  # scroll, zoom or size: other small frames are in view
    selection_changed = Signal()

    def __init__(self, look: Look, store: TileStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._store = look, store
        self._frames = Frames(Walk(), None)
        self._frame = 0
        self._selected: int | None = None
        self._zoom, self._scroll = 1.0, 0.0
        self._held_scale: float | None = None  # while the hand changes a duration
        self._hover = Hit()
        self._by_keyboard = False
        self._gap: int | None = None
        self._carried_x: float | None = None
        self._bubble = ""
        self._scaling: Scaling = "smooth"
        self._stand_ins: dict[int, Key] = {}  # the last picture seen at a place of the strip
        self._layout: TimelineLayout | None = None
        self._painted: QPixmap | None = None
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(240)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Timeline")
        look.changed.connect(self.refresh)

    def sizeHint(self) -> QSize:
        return QSize(720, HEIGHT)

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def walk(self) -> Walk:
        return self._frames.walk

    @property
    def frames(self) -> Frames:
        return self._frames

    @property
    def frame(self) -> int:
        """The frame under the playhead."""
        return self._frame

    @property
    def selected(self) -> int | None:
        """The chosen key."""
        return self._selected

    @property
    def layout_now(self) -> TimelineLayout:
        if self._layout is None:
            self._layout = make_layout(
                self.walk, self.width(), zoom=self._zoom, scale=self._held_scale, scroll=self._scroll
            )
            self._scroll = self._layout.scroll
        return self._layout

    def show_frames(self, frames: Frames) -> None:
        """Another walk, or the same at another pace; the playhead stays at its moment, as near as there is one."""
        before = self._frames
        moment = before.seconds(self._frame) if len(before) else 0.0
        self._frames = frames
        self._frame = min(frames.nearest(moment), max(len(frames) - 1, 0))
        count = len(frames.walk.keys)
        if frames.package != before.package:
            self._stand_ins.clear()
            self._scroll, self._zoom, self._selected = 0.0, 1.0, None
        if self._selected is not None:
            self.select(min(self._selected, count - 1) if count else None)
        self._refresh()

    def show_frame(self, number: int) -> None:
        """Put the playhead on a frame and keep it in view."""
        self._frame = min(max(number, 0), max(len(self._frames) - 1, 0))
        if len(self._frames):
            self._follow(self._frames.seconds(self._frame))
        self._describe()
        self.update()  # the playhead alone

    def select(self, number: int | None) -> None:
        if number != self._selected:
            self._selected = number
            self.selection_changed.emit()
            self._describe(aloud=True)
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Paint all of it again: pictures came, or something else than the playhead has changed."""
        self._painted = None
        self.update()

    def set_scaling(self, scaling: Scaling) -> None:
        self._scaling = scaling
        self.refresh()

    def tiles(self) -> list[Tile]:
        """What is in view, the most wanted first: the playhead's frame, the keys, the small frames between."""
        layout, frames = self.layout_now, self._frames
        if not len(frames):
            return []
        wanted = [frames.tile(self._frame), *(frames.key_tile(number) for number in layout.keys_in_view)]
        return wanted + [frames.tile(frames.nearest(slot.seconds)) for slot in layout.slots]

    # -- place -----------------------------------------------------------------------------------------------------

    def zoom(self, factor: float, x: float) -> None:
        """Larger or smaller around a point."""
        before = self.layout_now
        moment = (x - MARGIN + before.scroll) / before.scale
        self._zoom = min(max(self._zoom * factor, 1.0), MAX_ZOOM)
        after = make_layout(self.walk, self.width(), zoom=self._zoom)
        self.scroll_to(MARGIN + moment * after.scale - x)

    def scroll_to(self, position: float) -> None:
        self._scroll = position
        self._refresh()

    def hold_scale(self, held: bool) -> None:
        """Keep seconds as long as they are while their number changes under the hand."""
        self._held_scale = self.layout_now.scale if held else None
        self._refresh()

    def _follow(self, seconds: float) -> None:
        position = self.layout_now.scroll_to_show(seconds)
        if position != self._scroll:
            self.scroll_to(position)

    def _refresh(self) -> None:
        self._layout = None
        self._describe()
        self.view_changed.emit()
        self.refresh()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._refresh()

    # -- words -----------------------------------------------------------------------------------------------------

    def moment_words(self) -> str:
        """Where the playhead stands in the film: seconds are those of the film, at whatever pace."""
        return f"{self._frame / self.walk.fps:.2f} s"

    def _describe(self, *, aloud: bool = False) -> None:
        keys = len(self.walk.keys)
        words = EMPTY_TITLE if not keys else f"{keys} key frame{'s' if keys != 1 else ''}"
        if ways(self.walk) and len(self._frames):
            words += f", {duration(self.walk):.2f} seconds. Frame {self._frame + 1} of {len(self._frames)}"
        if self._selected is not None:
            words += f". Key frame {self._selected + 1} chosen"
        self.setAccessibleDescription(words)
        if aloud and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    # -- painting --------------------------------------------------------------------------------------------------

    def scene(self) -> TimelineScene:
        layout, walk, font = self.layout_now, self.walk, self._small_font()
        if layout.keys < 2:
            title, words = (ONE_TITLE, ONE_WORDS) if layout.keys else (EMPTY_TITLE, EMPTY_WORDS)
            keys = self._scene_keys(layout)
            scene = TimelineScene(layout, self._look.colours, font, keys=keys, title=title, words=words)
            return replace(scene, selected=self._selected, has_keyboard=self._keyboard())
        return TimelineScene(
            layout,
            self._look.colours,
            font,
            slots=self._scene_slots(layout),
            keys=self._scene_keys(layout),
            closing=self._scene_closing(layout),
            easings=tuple(key.easing for key in walk.keys),
            lengths=self._lengths(layout),
            ticks=self._ticks(layout),
            frame_xs=self._frame_xs(layout),
            selected=self._selected,
            hover=self._hover,
            has_keyboard=self._keyboard(),
            gap=None if self._gap is None else layout.gap_x(self._gap),
            carried=self._carried(),
            bubble=self._bubble,
            bubble_x=layout.way(self._hover.number)[1] if self._hover.part == "boundary" else 0.0,
        )

    def _keyboard(self) -> bool:
        return self.hasFocus() and self._by_keyboard

    def _lengths(self, layout: TimelineLayout) -> tuple[str, ...]:
        """How long each way lasts in the film; an even pace takes from one and gives to another."""
        fps, frames, moments = self.walk.fps, self._frames, layout.moments
        if not frames.is_paced:
            return tuple(told(seconds, fps) for seconds in layout.lengths)
        return tuple(told(frames.frames_between(a, b) / fps, fps) for a, b in pairwise(moments))

    def _ticks(self, layout: TimelineLayout) -> tuple[tuple[float, str], ...]:
        """Seconds of the film along the walk, as many as can be read."""
        found: list[tuple[float, str]] = []
        for number in range(int(layout.duration / layout.tick + 1e-6) + 1):
            seconds = number * layout.tick
            x = layout.x(self._frames.at_film(seconds))
            if -TICK_ROOM < x < layout.width and (not found or x - found[-1][0] >= TICK_ROOM):
                found.append((x, seconds_words(seconds)))
        return tuple(found)

    def _frame_xs(self, layout: TimelineLayout) -> tuple[float, ...]:
        """Where the film's frames fall, unless they are too close to be told apart."""
        frames = self._frames
        if len(frames) < 2 or layout.duration * layout.scale / len(frames) < DENSE_FROM:
            return ()
        low, high = (frames.nearest(layout.seconds(x)) for x in (0.0, float(layout.width)))
        last = high if high > low else len(frames) - 1  # the end of a loop is its first frame
        return tuple(layout.x(frames.seconds(number)) for number in range(low, last + 1))

    def _scene_slots(self, layout: TimelineLayout) -> tuple[SceneFrame, ...]:
        slots = layout.slots
        tiles = [self._frames.tile(self._frames.nearest(slot.seconds)) for slot in slots]
        self._stand_ins = {n: key for n, key in self._stand_ins.items() if n < len(slots)}
        self._render([tile.key for tile in tiles])
        found = []
        for number, (slot, tile) in enumerate(zip(slots, tiles, strict=True)):
            x = round(slot.x)
            failed = tile.key in self._store.failures
            found.append(SceneFrame(x, round(slot.x + slot.width) - x, self._image(number, tile.key), failed))
        return tuple(found)

    def _scene_keys(self, layout: TimelineLayout) -> tuple[tuple[int, SceneFrame], ...]:
        tiles = {number: self._frames.key_tile(number) for number in layout.keys_in_view}
        self._render([tile.key for tile in tiles.values()])
        found = []
        for number, tile in tiles.items():
            x, width = layout.key_x(number), layout.key_width(number)
            image, failed = self._known(tile.key), self._has_failed(tile)
            found.append((number, SceneFrame(round(x), round(x + width) - round(x), image, failed)))
        return tuple(found)

    def _scene_closing(self, layout: TimelineLayout) -> SceneFrame | None:
        if layout.closing_x is None:
            return None
        return SceneFrame(round(layout.closing_x), FRAME, self._known(self._frames.key_tile(0).key))

    def _carried(self) -> SceneFrame | None:
        if self._carried_x is None or self._selected is None:
            return None
        return SceneFrame(round(self._carried_x), FRAME, self._known(self._frames.key_tile(self._selected).key))

    def _has_failed(self, tile: Tile) -> bool:
        return tile.key in self._store.failures or tile.package is None

    def _place(self) -> Fit:
        ratio = self.devicePixelRatioF()
        return Fit(max(1, round(FRAME * ratio)), self._scaling, ratio)

    def _render(self, keys: list[Key]) -> None:
        if not self._store.render(keys, self._place(), RENDER_BUDGET_S):
            QTimer.singleShot(0, self, self.refresh)

    def _known(self, key: Key) -> QImage | None:
        return self._store.image(key, self._place()) or self._store.rough_image(key)

    def _image(self, number: int, key: Key) -> QImage | None:
        """The picture of a place of the strip, or the last one seen there while the new one is made."""
        image = self._known(key)
        if image is not None:
            self._stand_ins[number] = key
            return image
        shown = self._stand_ins.get(number)
        return None if shown is None else self._known(shown)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._backdrop())
        if ways(self.walk) and len(self._frames):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            at, words = self.layout_now.x(self._frames.seconds(self._frame)), self.moment_words()
            paint_playhead(painter, self._look.colours, self._small_font(), at, words, self.width())
        painter.end()

    def _backdrop(self) -> QPixmap:
        """Everything but the playhead: while it plays, only that moves."""
        ratio = self.devicePixelRatioF()
        kept = self._painted
        if (
            kept is not None
            and kept.devicePixelRatio() == ratio
            and kept.deviceIndependentSize().toSize() == self.size()
        ):
            return kept
        made = QPixmap(self.size() * ratio)
        made.setDevicePixelRatio(ratio)
        made.fill(QColor(self._look.colours.paper))
        self._painted = made  # first: what is painted may ask for another painting
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        paint_timeline(painter, self.scene())
        painter.end()
        return made

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(TEXT_SMALL)
        return font
