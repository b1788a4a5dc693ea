"""The canvas of Restore: a picture before and after, compared by a line, side by side or by what was taken away.

It decides nothing about the picture: it asks its layers for what is in view, shows it at the device's resolution, and
tells what hands wish.
"""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui.look.theme import Look, font
from desktop_app.ui.look.tokens import SPACE_3, TEXT_SMALL
from desktop_app.ui.picture import incoming
from desktop_app.ui.restore import plane, scene_maker
from desktop_app.ui.restore import wipe as wiping
from desktop_app.ui.restore.brush_tool import Brush, Drawing, Tool
from desktop_app.ui.restore.canvas_hands import Hands
from desktop_app.ui.restore.lens import LensScene, look_through
from desktop_app.ui.restore.overlay import Overlay, OverlayKind
from desktop_app.ui.restore.plane import Box, Plane, View
from desktop_app.ui.restore.plates import Layers, Plates
from desktop_app.ui.restore.restore_painter import Laid, Scene, paint_scene
from desktop_app.ui.restore.scene_maker import CanvasState, Mode, OverlayPlate, picture_point
from desktop_app.ui.restore.stroke_ink import StrokeInk
from desktop_app.ui.restore.wipe import Wipe

REST_MS = 80  # after the last movement of the view
TILES_MS = 120  # between repaints while tiles come in
ERASER = "#ffffff"  # what it has gone over, until the map is there


class RestoreCanvas(QWidget):
    view_changed = Signal(object)  # View, once it has come to rest
    stroke_drawn = Signal(object)  # Stroke, in pixels of the original
    dropped = Signal(str)  # path of a file
    pasted = Signal(object)  # QImage
    mode_changed = Signal(str)
    zoom_changed = Signal(float)  # device pixels a pixel of the result

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._plates, self._overlay = Plates(), OverlayPlate()
        self._state = CanvasState((1.0, 1.0), 1.0, Plane((1, 1), (1, 1)))
        self._hands, self._ink = Hands(self), StrokeInk()
        self._lens = self._by_keyboard = self._in_haste = False
        self._told: View | None = None
        self._pending: Drawing | None = None  # shown until the overlay that holds it is there
        self._rest = self._timer(REST_MS, self._come_to_rest)
        self._tiles = self._timer(TILES_MS, self.update)
        look.changed.connect(self.update)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setAccessibleName("Picture before and after")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 200)

    def _timer(self, milliseconds: int, act: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(act)
        return timer

    # -- what is shown ---------------------------------------------------------------------------------------------

    def set_layers(self, layers: Layers | None, *, scale: int = 1) -> None:
        """Another picture, or the same one from another model; scale: pixels of the result a pixel of the original.

        The view stays where the picture has the size of the last one, else the picture is fitted.
        """
        before, state = self._plates.layers, self._state
        self._plates.set_layers(layers)
        self._hands.forget()
        self._told = self._pending = None
        if layers is None:
            self.update()
            return
        old = state.plane.picture
        same = before is not None and (old[0] * scale, old[1] * scale) == tuple(
            length * state.scale for length in layers.size
        )
        if same:
            self._show(replace(state, scale=scale, plane=plane.with_picture(state.plane, layers.size)))
        else:
            self._overlay.set_source(None, self._overlay.kind)
            self._show(replace(state, scale=scale, plane=plane.fitted(replace(state.plane, picture=layers.size))))

    def refresh(self, box: Box | None = None) -> None:
        """Pixels of this part of the result have changed; None: all of them."""
        self._plates.outdate(box)
        self._pending = None
        if box is None or self._state.plane.zoom >= 1:
            self.update()
        elif not self._tiles.isActive():
            self._tiles.start()

    def set_mode(self, mode: Mode) -> None:
        if mode != self._state.mode:
            self._show(replace(self._state, mode=mode))
            self.mode_changed.emit(mode)

    def set_tool(self, tool: Tool, *, radius: float, amount: float) -> None:
        """radius: in pixels of the original. An eraser leaves 0 in a mask and full strength in a local map."""
        self._state = replace(self._state, brush=Brush(tool, radius, amount))
        self._show_hands()

    def set_overlay(self, overlay: Overlay | None, *, kind: OverlayKind) -> None:
        """overlay(box, (w, h)) -> (h, w) uint8 of a part of the original, box in its pixels."""
        self._overlay.set_source(overlay, kind)
        self._pending = None
        self.update()

    def set_lens(self, on: bool) -> None:
        self._lens = on
        self._show_hands()

    def hold_original(self, held: bool) -> None:
        """While held, the original everywhere."""
        self._show(replace(self._state, is_held=held))

    def set_wipe(self, wipe: Wipe) -> None:
        if wipe != self._state.wipe:
            self._show(replace(self._state, wipe=wipe))

    # -- the view --------------------------------------------------------------------------------------------------

    def fit(self) -> None:
        self._show(replace(self._state, plane=plane.fitted(self._state.plane)))

    def one_to_one(self) -> None:
        """One pixel of the result on one pixel of the device."""
        self._show(replace(self._state, plane=plane.one_to_one(self._state.plane)))

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """at: in the widget, by default the middle."""
        spot = None if at is None else scene_maker.in_pane(self._pane(at), (at.x(), at.y()))
        self._show(replace(self._state, plane=plane.zoomed_by(self._state.plane, factor, spot)))

    def zoom_by_hand(self, factor: float, at: wiping.Point) -> None:
        self._in_haste = True
        self.zoom_by(factor, QPointF(*at))

    def pan_by(self, dx: float, dy: float) -> None:
        """By pixels of the widget."""
        self._in_haste = True
        ratio = self._state.ratio
        self._show(replace(self._state, plane=plane.panned(self._state.plane, dx * ratio, dy * ratio)))

    def _pane(self, at: QPointF) -> scene_maker.Pane:
        return scene_maker.pane_at(self._state, (at.x(), at.y()))

    @property
    def state(self) -> CanvasState:
        return self._state

    @property
    def view(self) -> View:
        """Nothing where there is no picture."""
        return View((0, 0, 0, 0), (0, 0)) if self._plates.layers is None else self._state.plane.view

    @property
    def zoom(self) -> float:
        return self._state.plane.zoom

    @property
    def mode(self) -> Mode:
        return self._state.mode

    @property
    def wipe(self) -> Wipe:
        return self._state.wipe

    @property
    def is_lens_on(self) -> bool:
        return self._lens

    def _show(self, state: CanvasState) -> None:
        """The only place where the state changes what is in view: the pane follows the widget and the mode."""
        size, ratio = (float(self.width()), float(self.height())), self.devicePixelRatioF()
        margin = round(SPACE_3 * ratio)
        pane = scene_maker.panes(size, ratio, state.mode)[0].extent
        placed = plane.resized(replace(state.plane, margin=margin), pane)
        zoom = self._state.plane.zoom
        self._state = replace(state, size=size, ratio=ratio, plane=placed)
        if self._plates.layers is not None:
            self._rest.start()
            if placed.zoom != zoom:
                self.zoom_changed.emit(placed.zoom)
        self._show_hands()

    def _show_hands(self) -> None:
        self.setCursor(self._hands.cursor())
        if self.words() != self.accessibleDescription():
            self.setAccessibleDescription(self.words())
        self.update()

    def _come_to_rest(self) -> None:
        self._in_haste = False
        self.update()
        if self._plates.layers is not None and self.view != self._told:
            self._told = self.view
            self.view_changed.emit(self.view)

    def finish(self, drawing: Drawing) -> None:
        """A stroke has ended. It stays in sight until whoever keeps strokes shows it."""
        self._pending = drawing
        erased = 0.0 if self._overlay.kind == "mask" else 1.0
        self.stroke_drawn.emit(drawing.stroke(erased=erased))

    def words(self) -> str:
        """What is in view, for a screen reader."""
        state = self._state
        words = [f"{100 * state.plane.zoom:.3g} per cent"]
        if state.mode == "wipe":
            words.insert(0, wiping.words(state.wipe))
        if state.brush.paints and self._hands.spot is not None and self._by_keyboard:
            x, y = picture_point(state, self._hands.spot)
            words.append(f"{state.brush.tool} at {x / state.scale:.0f}, {y / state.scale:.0f}")
        return "; ".join(words)

    # -- painting --------------------------------------------------------------------------------------------------

    def scene(self) -> Scene:
        state, colours, words = self._state, self._look.colours, font(TEXT_SMALL)
        sheets = scene_maker.sheets(state, self._plates, in_haste=self._in_haste)
        if not sheets:
            return Scene(state.size, state.ratio, colours, words)
        return Scene(
            state.size,
            state.ratio,
            colours,
            words,
            sheets,
            overlays=self._overlay.laid(state, colours.accent_fill, in_haste=self._in_haste),
            strokes=self._live_strokes(),
            divider=scene_maker.divider(state),
            wipe=state.wipe if state.shows_wipe else None,
            grasped=self._hands.grasped,
            chips=scene_maker.chips(state, tuple(sheet.is_waiting for sheet in sheets), words),
            circle=self._circle(),
            lens=self._lens_scene(),
            is_focused=self.hasFocus() and self._by_keyboard,
        )

    def _live_strokes(self) -> tuple[tuple[QRectF, Laid], ...]:
        drawing, state = self._hands.drawing or self._pending, self._state
        if drawing is None or state.is_held:
            self._ink.forget()
            return ()
        colour = ERASER if drawing.brush.tool == "eraser" else self._look.colours.accent_fill
        image = self._ink.image(drawing, state.original_plane, colour)
        return tuple((pane.area, Laid(image, (*pane.origin, *pane.extent))) for pane in state.panes)

    def _circle(self) -> tuple[wiping.Point, float] | None:
        spot, state = self._hands.spot, self._state
        if spot is None or not self._hands.shows_circle:
            return None
        return spot, state.brush.radius * state.original_plane.zoom / state.ratio

    def _lens_scene(self) -> LensScene | None:
        spot, layers, state = self._hands.spot, self._plates.layers, self._state
        if spot is None or layers is None or not (self._lens and self._hands.shows_lens):
            return None
        return look_through(layers, picture_point(state, spot), spot, zoom=state.plane.zoom, ratio=state.ratio)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_scene(painter, self.scene())
        painter.end()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._show(self._state)

    # -- hands -----------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            at = event.position()
            self.zoom_by_hand(max(0.1, 1.0 + event.value()), (at.x(), at.y()))
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._show(self._state)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._hands.claims(event):
            event.accept()
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._by_keyboard = False
        if self._plates.layers is None or not self._hands.press(event):
            super().mousePressEvent(event)
        self._show_hands()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._hands.move(event):
            self._show_hands()
        else:
            self.setCursor(self._hands.cursor())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._hands.release(event)
        self._show_hands()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._hands.double_click(event):
            self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hands.spot = None
        self.update()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._hands.wheel(event)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif self._plates.layers is None or not self._hands.key(event):
            super().keyPressEvent(event)
            return
        self._by_keyboard = True
        self._show_hands()
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.words()))

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._hands.key_up(event)
        self._show_hands()
        super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._by_keyboard = True
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._hands.lose_focus()
        super().focusOutEvent(event)
        self._show_hands()

    # -- pictures from elsewhere -----------------------------------------------------------------------------------

    def paste(self) -> None:
        """The clipboard's file or picture, where it holds one."""
        path, image = incoming.from_clipboard()
        if path:
            self.dropped.emit(path)
        elif image is not None:
            self.pasted.emit(image)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """One file; several, and folders, are for the room."""
        event.setAccepted(bool(incoming.one_file(event.mimeData())))

    def dropEvent(self, event: QDropEvent) -> None:
        path = incoming.one_file(event.mimeData())
        event.setAccepted(bool(path))
        if path:
            self.dropped.emit(path)
