"""Long paragraphs in pieces: Qt lays a paragraph out as a whole at each letter, which in a book of one takes too long.

In the document some spaces of such a paragraph are ends of blocks. Each is one unit either way, so every place is the
same; the text itself, which the editor keeps beside the document, has the space.
"""

from PySide6.QtGui import QTextBlock, QTextCursor, QTextDocument

from desktop_app.ui.write.text_places import TextPlaces, units

PIECE = 4000  # characters
LONGEST = 3 * PIECE  # before a paragraph is broken


def softened(text: str) -> str:
    """The text as it lies in the document: line feeds in the place of some spaces where a paragraph is long."""
    return "\n".join(map(_broken, text.split("\n"))) if len(text) > LONGEST else text


def mend(document: QTextDocument, places: TextPlaces, start: int, end: int, margin: float) -> None:
    """After an edit of the units start to end: break what has become long, and set the margins below paragraphs.

    margin: below a whole paragraph; there is none below a piece.
    """
    block = document.findBlock(start)
    while block.isValid() and block.position() <= end:
        if block.length() > LONGEST:
            _break(block)
            block = document.findBlock(block.position())
        own = 0.0 if _ends_softly(block, places) else margin
        if block.blockFormat().bottomMargin() != own:
            leading = block.blockFormat()
            leading.setBottomMargin(own)
            QTextCursor(block).setBlockFormat(leading)
        block = block.next()


def _break(block: QTextBlock) -> None:
    text = block.text()
    places = [at for at, (sign, own) in enumerate(zip(_broken(text), text, strict=True)) if sign != own]
    for at in reversed(places):
        hand = QTextCursor(block)
        hand.setPosition(block.position() + units(text[:at]))
        hand.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor)
        hand.insertText("\n")


def _ends_softly(block: QTextBlock, places: TextPlaces) -> bool:
    at = places.from_qt(block.position() + block.length() - 1)
    return places.text[at : at + 1] == " "


def _broken(paragraph: str) -> str:
    pieces, at = [], 0
    while len(paragraph) - at > LONGEST:
        cut = paragraph.rfind(" ", at + 1, at + PIECE)
        cut = cut if cut > 0 else paragraph.find(" ", at + PIECE)
        if cut < 0:
            break
        pieces.append(paragraph[at:cut])
        at = cut + 1
    return "\n".join((*pieces, paragraph[at:]))
