"""Where text lies in the viewport of an editor, line by line; places are in UTF-16 units."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTextBlock, QTextLine

from desktop_app.ui.write.text_places import units

if TYPE_CHECKING:
    from desktop_app.ui.write.page_editor import PageEditor


class TextLines:
    def __init__(self, editor: "PageEditor") -> None:
        self._editor = editor
        self._known: dict[tuple[int, int], list[QRectF]] = {}  # boxes in the document's own plane

    def forget(self) -> None:
        """The text lies elsewhere now."""
        self._known.clear()

    def boxes(self, start: int, end: int) -> list[QRectF]:
        """Around text[start:end], one a line; as high as the letters."""
        key = (start, end)
        if key not in self._known:
            self._known[key] = list(self._find(start, end))
        off = self._offset()
        return [box.translated(off) for box in self._known[key]]

    def in_view(self) -> tuple[int, int]:
        """text[start:end] is seen."""
        area = self._editor.viewport().rect()
        first = self._editor.cursorForPosition(area.topLeft()).block()
        last = self._editor.cursorForPosition(area.bottomRight()).block()
        start = self._line_place(first, -self._offset().y(), last=False)
        return start, self._line_place(last, area.height() - self._offset().y(), last=True)

    def hit(self, spot: QPointF) -> int:
        """The unit under a spot; -1 where there is no letter."""
        at = self._editor.cursorForPosition(spot.toPoint()).position()
        for unit in (at, at - 1):
            if unit >= 0 and any(box.contains(spot) for box in self.boxes(unit, unit + 1)):
                return unit
        return -1

    def _find(self, start: int, end: int) -> list[QRectF]:
        found, block = [], self._editor.document().findBlock(start)
        while block.isValid() and block.position() < end:
            corner = self._corner(block)
            low, high = max(0, start - block.position()), min(block.length() - 1, end - block.position())
            low, high = _laid(block, low), _laid(block, high)
            for number in range(block.layout().lineCount() if high > low else 0):
                line = block.layout().lineAt(number)
                box = _box(line, low, high)
                if box is not None:
                    found.append(box.translated(corner))
            block = block.next()
        return found

    def _line_place(self, block: QTextBlock, y: float, *, last: bool) -> int:
        """Where the line at a height of the document begins, or ends."""
        corner, layout = self._corner(block).y(), block.layout()
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            if corner + line.y() + line.height() > y:
                return block.position() + line.textStart() + (line.textLength() if last else 0)
        return block.position() + max(0, block.length() - 1)

    def _corner(self, block: QTextBlock) -> QPointF:
        return self._editor.document().documentLayout().blockBoundingRect(block).topLeft()

    def _offset(self) -> QPointF:
        bar = self._editor.verticalScrollBar()
        return QPointF(0, -bar.value())


def _laid(block: QTextBlock, unit: int) -> int:
    """The unit in the layout, which may hold ghost text as well."""
    layout = block.layout()
    is_behind = 0 <= layout.preeditAreaPosition() < unit
    return unit + units(layout.preeditAreaText()) if is_behind else unit


def _box(line: QTextLine, low: int, high: int) -> QRectF | None:
    """The part of a line that shows the units low to high of its block."""
    first, end = line.textStart(), line.textStart() + line.textLength()
    if end <= low or first >= high:
        return None
    left, right = (_x(line, max(low, first)), _x(line, min(high, end)))
    top = line.y() + line.ascent()
    return QRectF(min(left, right), top - line.ascent() + 1, abs(right - left), line.ascent() + line.descent() + 2)


def _x(line: QTextLine, unit: int) -> float:
    found: Any = line.cursorToX(unit)
    return float(found[0] if isinstance(found, tuple) else found)
