"""Text that is shown after the cursor and is not there: in the layout's place for what an input method composes.

So the text behind it makes room, and the document knows nothing of it.
"""

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QTextBlock, QTextCharFormat, QTextLayout

from desktop_app.ui.write.text_places import units

if TYPE_CHECKING:
    from desktop_app.ui.write.page_editor import PageEditor


class GhostInk:
    def __init__(self, editor: "PageEditor") -> None:
        self._editor = editor
        self._block: QTextBlock | None = None
        self.text = ""

    def show(self, text: str, colour: str) -> None:
        """After the cursor; of one line."""
        self.clear()
        if not text:
            return
        cursor = self._editor.textCursor()
        block, at = cursor.block(), cursor.positionInBlock()
        ink = QTextCharFormat()
        ink.setForeground(QColor(colour))
        span = QTextLayout.FormatRange()
        span.start, span.length, span.format = at, units(text), ink
        block.layout().setPreeditArea(at, text)
        block.layout().setFormats([span])
        self._block, self.text = block, text
        self._lay_out(block)

    def clear(self) -> None:
        block, self._block, self.text = self._block, None, ""
        if block is not None and block.isValid():
            block.layout().setPreeditArea(-1, "")
            block.layout().clearFormats()
            self._lay_out(block)

    def _lay_out(self, block: QTextBlock) -> None:
        self._editor.document().markContentsDirty(block.position(), block.length())
        self._editor.lines.forget()
        self._editor.viewport().update()
