"""The panels beside the room: both where there is room for them, and each as the user last wished."""

from PySide6.QtWidgets import QWidget

ROOM_FOR_BOTH = 1200  # width of the window
ROOM_FOR_ONE = 920
WIDE = 160


class SidePanels:
    """`first` goes when the window grows narrow, `last` when it grows narrower still; a wish overrules both."""

    def __init__(self, first: QWidget, last: QWidget) -> None:
        self._first, self._last = first, last
        self._need_of_last = ROOM_FOR_ONE
        self._wishes: dict[QWidget, bool] = {}

    def exchange_last(self, last: QWidget, *, need: int = ROOM_FOR_ONE) -> None:
        """Another room has another panel there; `need`: the width of window below which it goes. `fit` follows."""
        if last is not self._last:
            self._last.hide()
        self._last, self._need_of_last = last, need

    def fit(self, width: int, *, wide_room: bool = False) -> None:
        """wide_room: the room in view needs more of the window than others."""
        width -= WIDE if wide_room else 0
        for panel, need in ((self._first, ROOM_FOR_BOTH), (self._last, self._need_of_last)):
            panel.setVisible(self._wishes.get(panel, width >= need))

    def toggle_first(self) -> None:
        self._toggle(self._first)

    def toggle_last(self) -> None:
        self._toggle(self._last)

    def _toggle(self, panel: QWidget) -> None:
        self._wishes[panel] = panel.isHidden()
        panel.setVisible(self._wishes[panel])
