"""What the model thinks of the text in view: grounds behind it, bars below it, and what else might stand there."""

from PySide6.QtCore import QObject, QRect, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop_app.engine.text_requests import Alternative
from desktop_app.studio.page import Place
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.look.theme import Look
from desktop_app.ui.write.confidence import tints
from desktop_app.ui.write.page_editor import PageEditor
from desktop_app.ui.write.page_session import PageSession
from desktop_app.ui.write.surprise_strip import SurpriseStrip
from desktop_app.ui.write.token_popup import TokenPopup
from desktop_app.ui.write.weigher import Weigher

SOON_MS = 50  # many changes, one look
HOVER_MS = 280  # the mouse rests on a word, it does not pass over it


class PageMarks(QObject):
    taken = Signal(object, object)  # Place, Alternative

    def __init__(
        self, look: Look, bridge: QueueBridge, session: PageSession, editor: PageEditor, home: QWidget
    ) -> None:
        """home: what the list of alternatives lies in."""
        super().__init__(home)
        self._look, self._session, self._editor, self._home = look, session, editor, home
        self.weigher = Weigher(bridge, self)
        self.strip = SurpriseStrip(look)
        self.popup = TokenPopup(look, home)
        self._places: list[Place] = []
        self._over: Place | None = None
        self._soon = _once(self, SOON_MS, self.show_now)
        self._hover = _once(self, HOVER_MS, self._on_rested)
        editor.rewritten.connect(self._on_rewritten)
        editor.scrolled.connect(self._on_scrolled)
        editor.hovered.connect(self._on_hovered)
        self.strip.pointed.connect(self._on_pointed)
        self.strip.chosen.connect(self._on_bar)
        self.popup.chosen.connect(self._on_chosen)
        self.popup.stepped.connect(self.step)
        self.popup.closed.connect(self._on_closed)
        self.weigher.rested.connect(self.weigh)
        self.weigher.changed.connect(self.show_soon)
        look.changed.connect(self.show_soon)

    # -- what is shown ---------------------------------------------------------------------------------------------

    @Slot()
    def show_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    @Slot()
    def show_now(self) -> None:
        page = self._session.page
        self._places = self.weigher.known(page, *self._editor.in_view())
        is_coloured = self._session.options.colour
        self._editor.show_tints(tints(self._places, page.text, self._look.colours) if is_coloured else [])
        self.strip.show_places(self._places, page.text)

    @Slot()
    def weigh(self) -> None:
        """What is in view and not known yet, while nothing is being written."""
        session = self._session
        if session.package is not None and not session.stream.is_busy and self._editor.isVisible():
            view, kept = self._editor.in_view(), session.options.alternatives
            self.weigher.want(session.page, session.package, session.kind, view, kept)

    def close(self) -> None:
        """Nothing more is asked for or shown."""
        self.weigher.stop()
        self._soon.stop()
        self._hover.stop()
        self.popup.dismiss()

    # -- the list of alternatives ----------------------------------------------------------------------------------

    def open_at_caret(self) -> bool:
        """For the token before the cursor, with the focus in the list; answers whether there is one."""
        at = self._editor.caret
        place = self._at(at - 1) or self._at(at)
        if place is None or not place.token.alternatives:
            return False
        self._open(place)
        self.popup.take_focus()
        return True

    @Slot(int)
    def step(self, by: int) -> None:
        """To the token before or after the one whose list is open."""
        with_others = [place for place in self._places if place.token.alternatives]
        starts = [place.start for place in with_others]
        if self.popup.place is not None and self.popup.place.start in starts:
            number = starts.index(self.popup.place.start) + by
            if 0 <= number < len(with_others):
                self._open(with_others[number])

    def _at(self, at: int) -> Place | None:
        found = self.weigher.known(self._session.page, max(0, at), at + 1)
        return found[0] if found else None

    def _open(self, place: Place) -> None:
        page = self._session.page
        text = page.text[place.start : place.end]
        start = place.end - len(text.lstrip()) if text.strip() else place.start
        box = self._editor.box_of(start, place.end).toAlignedRect()
        corner = self._editor.viewport().mapTo(self._home, box.topLeft())
        goes_on = place.run in page.runs
        self.popup.show_place(place, text, QRect(corner, box.size()), goes_on=goes_on)
        self._editor.outline((start, place.end))

    # -- slots -----------------------------------------------------------------------------------------------------

    @Slot(int, int, int)
    def _on_rewritten(self, start: int, removed: int, inserted: int) -> None:
        self.weigher.edit(start, removed, inserted)
        self.weigher.wait()
        self.popup.dismiss()
        self.show_soon()

    @Slot()
    def _on_scrolled(self) -> None:
        self.popup.dismiss()
        self.weigher.wait()
        self.show_soon()

    @Slot(int)
    def _on_hovered(self, at: int) -> None:
        place = self._at(at) if at >= 0 else None
        if place == self._over:
            return
        self._over = place
        self._hover.stop()
        if place is not None and place.token.alternatives:
            self._hover.start()
        else:
            self.popup.leave()

    @Slot()
    def _on_rested(self) -> None:
        if self._over is not None and not self.popup.rows.hasFocus():
            self._open(self._over)

    @Slot(int, int)
    def _on_pointed(self, start: int, end: int) -> None:
        self._editor.outline((start, end) if start >= 0 else None)

    @Slot(int)
    def _on_bar(self, start: int) -> None:
        self._editor.put_cursor(start)
        self._editor.setFocus()

    @Slot(object, object)
    def _on_chosen(self, place: Place, other: Alternative) -> None:
        self._editor.setFocus()
        self.taken.emit(place, other)

    @Slot(bool)
    def _on_closed(self, had_focus: bool) -> None:
        self._over = None
        self._editor.outline(None)
        if had_focus:
            self._editor.setFocus()


def _once(parent: QObject, after_ms: int, then) -> QTimer:  # type: ignore[no-untyped-def]
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(after_ms)
    timer.timeout.connect(then)
    return timer
