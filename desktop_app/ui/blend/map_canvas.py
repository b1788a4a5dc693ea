"""The hands on the map: mouse, wheel and keys move the pin, the view, or a lasso. It decides nothing."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from desktop_app.engine.requests import Design
from desktop_app.studio.blend import at_spot
from desktop_app.ui.blend.map_layout import Spot, enclosed, nearest, thinned
from desktop_app.ui.blend.map_plane import Chosen, MapPlane
from desktop_app.ui.blend.map_points import MapPoints
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.tile_loader import TileLoader
from desktop_app.ui.picture.tile_store import TileStore

REACH_MARK, REACH_DOT = 13.0, 6.0  # px
MAX_SET = 64
FINE = 8  # steps a cell with Shift
NOTCH = 120
LASSO_STEP = 3.0  # px between two points of a lasso
_WAYS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
_ZOOMS = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}

Hand = Literal["", "pin", "pan", "lasso"]


class Enclosed(NamedTuple):
    """What a lasso has taken in."""

    designs: tuple[Design, ...]
    real: int  # pictures of the data, of which nothing can be made but their spots
    generated: int
    own: int


class MapCanvas(MapPlane):
    spot_dragged = Signal(float, float)
    settled = Signal()
    picked = Signal(object)  # Design
    lassoed = Signal(list)  # of Design
    lasso_armed = Signal(bool)

    def __init__(
        self, look: Look, store: TileStore, loader: TileLoader, points: MapPoints, parent: QWidget | None = None
    ) -> None:
        super().__init__(look, store, loader, points, parent)
        self._hand: Hand = ""
        self._hand_at = QPointF()
        self._space = False
        self._armed = False  # the next drag draws a lasso
        self._turned = 0.0  # parts of a wheel's notch
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    # -- the pin ---------------------------------------------------------------------------------------------------

    def put_pin(self, spot: Spot, chosen: Chosen | None = None) -> None:
        """Where the design in hand is; `chosen` where that is a design in its own right."""
        if self._layout is None:
            return
        self._pin = spot if chosen is not None else self._layout.within(spot)
        self._say(chosen.words if chosen else f"Spot {self._pin[0]:.2f}, {self._pin[1]:.2f}")
        self._choose(chosen)
        self.spot_dragged.emit(*self._pin)
        self.update()

    def pick(self) -> None:
        """Put what the pin is on onto the pad."""
        if self._chosen is not None:
            self.picked.emit(self._chosen.design)
        elif self._pin is not None:
            self.picked.emit(at_spot(self._pin))

    def _chosen_at(self, position: QPointF) -> Chosen | None:
        """The mark under a point of the view, or the ring where rings are shown."""
        layout, points = self._layout, self.points
        if layout is None:
            return None
        x, y = position.x(), position.y()
        marks = np.array([mark.spot for mark in points.marks], np.float64).reshape(-1, 2)
        number = nearest(layout.to_view_all(marks), x, y, REACH_MARK)
        if number is not None:
            mark = points.marks[number]
            return Chosen(mark.design, mark.spot, self._words_of(mark.kind, mark.design))
        if self.samples_shown and len(points.samples):
            spots = layout.to_view_all(points.samples)
            if self.alone is not None:
                spots = np.where((points.sample_labels == self.alone)[:, None], spots, np.inf)
            number = nearest(spots, x, y, REACH_DOT)
            if number is not None:
                design = points.sample_designs[number]
                spot = float(points.samples[number, 0]), float(points.samples[number, 1])
                return Chosen(design, spot, self._words_of("generated", design))
        return None

    def _words_of(self, kind: str, design: Design) -> str:
        name = {"star": "Star", "anchor": "On the pad", "generated": "Generated"}[kind]
        if design.place is not None:
            return f"{name} · {design.place.source}" if design.place.source else name
        words = self.class_words(design.label)
        return f"{name} · tile {design.index}" + (f" · {words}" if words else "")

    # -- the lasso -------------------------------------------------------------------------------------------------

    @property
    def is_armed(self) -> bool:
        return self._armed

    def arm(self, armed: bool) -> None:
        if armed != self._armed:
            self._armed = armed
            self.lasso_armed.emit(armed)
            self._show_cursor()

    def clear_lasso(self) -> None:
        self._lasso, self._lasso_open = [], False
        self.update()

    def take_view(self) -> None:
        """What a lasso around all that is in view would take."""
        if self._layout is not None:
            corners = ((0, 0), (self.width(), 0), (self.width(), self.height()), (0, self.height()))
            self._lasso = [self._layout.to_map(*corner) for corner in corners]
            self._close_lasso()

    def _close_lasso(self) -> None:
        self._lasso_open = False
        self.arm(False)
        found = self.enclosed_by(self._lasso)
        self._say(_counted(found))
        if found.designs:
            self.lassoed.emit(list(found.designs))
        else:
            self.clear_lasso()

    def enclosed_by(self, loop: Sequence[Spot]) -> Enclosed:
        """The designer's own and generated designs as themselves; else those of real pictures' spots, or of the cells
        in view. At most MAX_SET."""
        points = self.points
        marks = np.array([mark.spot for mark in points.marks], np.float64).reshape(-1, 2)
        own = [points.marks[n].design for n in np.flatnonzero(enclosed(marks, loop))]
        generated: list[Design] = []
        real: list[Design] = []
        for spots, labels, rings in self._layers():
            inside = enclosed(spots, loop)
            if self.alone is not None:
                inside &= labels == self.alone
            if rings:
                generated = [points.sample_designs[n] for n in np.flatnonzero(inside)]
            else:
                real = [at_spot((float(spots[n, 0]), float(spots[n, 1]))) for n in np.flatnonzero(inside)]
        rest = thinned(generated or real or self._cells_in(loop), max(0, MAX_SET - len(own)))
        found = tuple(dict.fromkeys([*own, *rest][:MAX_SET]))
        return Enclosed(found, len(real), len(generated), len(own))

    def _cells_in(self, loop: Sequence[Spot]) -> list[Design]:
        if self._layout is None or self.real_shown or self.samples_shown:
            return []
        spots = [self._layout.spot_of(cell) for cell in sorted(self._layout.visible(), key=lambda c: (c.row, c.column))]
        inside = enclosed(np.array(spots, np.float64).reshape(-1, 2), loop)
        return [at_spot(spots[n]) for n in np.flatnonzero(inside)]

    # -- mouse and wheel -------------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._turned += event.angleDelta().y() / NOTCH
        steps = int(self._turned)
        self._turned -= steps
        if steps:
            self.zoom(steps, event.position())
        event.accept()

    def zoom(self, steps: int, at: QPointF | None = None) -> None:
        """at: in the view, by default the pin where it is in view, else the middle."""
        layout = self._layout
        if layout is None:
            return
        spot = (self.width() / 2, self.height() / 2)
        if at is not None:
            spot = at.x(), at.y()
        elif self._pin is not None:
            x, y = layout.to_view(self._pin)
            spot = (x, y) if 0 <= x < self.width() and 0 <= y < self.height() else spot
        self._look_at(layout.zoomed(steps, spot))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._by_keyboard = False
        if self._layout is None:
            return
        position = self._hand_at = event.position()
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            self._hand = "pan"
        elif left and (self._armed or event.modifiers() & Qt.KeyboardModifier.ShiftModifier):
            self._hand, self._lasso, self._lasso_open = "lasso", [self._spot(position)], True
        elif left:
            self._hand, self._dragging = "pin", True
            self.clear_lasso()
            chosen = self._chosen_at(position)
            self.put_pin(chosen.spot if chosen else self._spot(position), chosen)
        self._show_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position, layout = event.position(), self._layout
        if layout is None:
            return
        way = position - self._hand_at
        if self._hand == "pan":
            self._hand_at = position
            self._look_at(layout.panned(way.x(), way.y()))
        elif self._hand == "pin" and way.manhattanLength() > 3:
            self._hand_at = QPointF(-1e6, -1e6)  # from here on every move counts
            self.put_pin(self._spot(position))
        elif self._hand == "lasso" and way.manhattanLength() >= LASSO_STEP:
            self._hand_at = position
            self._lasso.append(self._spot(position))
            self.update()
        elif not self._hand:
            self._hover_at(position)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        hand, self._hand, self._dragging = self._hand, "", False
        if hand == "pin":
            self.settled.emit()
        elif hand == "lasso":
            self._close_lasso()
        self._show_cursor()
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self._armed and not event.modifiers():
            self.pick()

    def leaveEvent(self, _event: QEvent) -> None:
        self._hover, self._hover_words = None, ""
        self.update()

    def _spot(self, position: QPointF) -> Spot:
        assert self._layout is not None
        return self._layout.to_map(position.x(), position.y())

    def _hover_at(self, position: QPointF) -> None:
        hover, words = self._chosen_at(position), ""
        if hover is None and self.real_shown and self._layout is not None and len(self.points.real):
            spots = self._layout.to_view_all(self.points.real)
            number = nearest(spots, position.x(), position.y(), REACH_DOT)
            if number is not None:
                name = self.class_words(int(self.points.real_labels[number]))
                words = f"A real picture · {name}" if name else "A real picture"
        if (hover, words) != (self._hover, self._hover_words):
            self._hover, self._hover_words = hover, words
            self.ask()
            self.update()

    def _show_cursor(self) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self._hand == "pan":
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._space:
            shape = Qt.CursorShape.OpenHandCursor
        elif self._armed or self._hand == "lasso":
            shape = Qt.CursorShape.CrossCursor
        self.setCursor(shape)

    # -- keys ------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        plain = not modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        if self._layout is None or not (plain and self._plain_key(key, modifiers)):
            if key == Qt.Key.Key_A and modifiers == Qt.KeyboardModifier.ControlModifier:
                self.take_view()
            else:
                super().keyPressEvent(event)

    def _plain_key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        """Whether the key means something here."""
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if key in _WAYS:
            self._step(*_WAYS[key], fine=shift)
        elif key in _ZOOMS:
            self.zoom(_ZOOMS[key])
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.pick()
        elif key == Qt.Key.Key_L:
            self.arm(not self._armed)
        elif key == Qt.Key.Key_M:
            self._next_mark(-1 if shift else 1)
        elif key == Qt.Key.Key_Space:
            self._space = True
            self._show_cursor()
        elif key == Qt.Key.Key_Escape and (self._armed or self._lasso):
            self.arm(False)
            self.clear_lasso()
        else:
            return False
        return True

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()
        super().keyReleaseEvent(event)

    def _step(self, across: int, up: int, *, fine: bool) -> None:
        layout = self._layout
        assert layout is not None
        self._by_keyboard = True
        if self._pin is None:
            self.put_pin(layout.within(layout.centre))
        else:
            unit = layout.cell_units(layout.level) / (FINE if fine else 1)
            self.put_pin((self._pin[0] + across * unit, self._pin[1] + up * unit))
        self._follow_pin()
        self.settled.emit()

    def _next_mark(self, step: int) -> None:
        """From one star or anchor to the next."""
        marks = self.points.marks
        if not marks:
            return
        self._by_keyboard = True
        designs = [mark.design for mark in marks]
        now = designs.index(self._chosen.design) if self._chosen and self._chosen.design in designs else None
        mark = marks[(0 if step > 0 else -1) if now is None else (now + step) % len(marks)]
        self.put_pin(mark.spot, Chosen(mark.design, mark.spot, self._words_of(mark.kind, mark.design)))
        self._follow_pin()
        self.settled.emit()

    def _follow_pin(self) -> None:
        if self._layout is not None and self._pin is not None:
            shown = self._layout.showing(self._pin)
            if shown != self._layout:
                self._look_at(shown)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.update()

    def focusOutEvent(self, _event: QFocusEvent) -> None:
        self._space = False
        self._show_cursor()
        self.update()


def _counted(found: Enclosed) -> str:
    """How many make the set, and of what it was chosen."""
    parts = [
        f"{count} {name if count == 1 else several}"
        for count, name, several in (
            (found.own, "of your own", "of your own"),
            (found.generated, "generated", "generated"),
            (found.real, "real picture", "real pictures"),
        )
        if count
    ]
    taken = len(found.designs)
    if not taken:
        return "Nothing was enclosed."
    total = found.own + found.generated + found.real
    words = f"{taken} design{'' if taken == 1 else 's'} in the set"
    if taken < total:
        words += f", evenly chosen of {total}"
    return words + (f" ({', '.join(parts)})" if parts else "")
