"""Pictures that come from elsewhere: dropped files, the clipboard."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage


def brings_files(event: QDropEvent) -> bool:
    """From another program; what is dragged out of a room does not come back into it."""
    return event.mimeData().hasUrls() and event.source() is None


def dropped_files(event: QDropEvent) -> list[Path]:
    """The files on this machine that a drop brings, in its order; the drop is taken where there is one."""
    found = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    if found:
        event.acceptProposedAction()
    return found


def one_file(data: QMimeData) -> str:
    """The path of the only file in it; empty where there is none, or several, or a folder."""
    urls = data.urls() if data.hasUrls() else _urls_in(data.text())
    paths = [url.toLocalFile() for url in urls]
    return paths[0] if len(paths) == 1 and paths[0] and Path(paths[0]).is_file() else ""


def from_clipboard() -> tuple[str, QImage | None]:
    """A path, or else a picture, or neither."""
    data = QGuiApplication.clipboard().mimeData()
    if data is None:  # an empty clipboard, on some systems
        return "", None
    path = one_file(data)
    if path or not data.hasImage():
        return path, None
    image = QGuiApplication.clipboard().image()
    return "", None if image.isNull() else image


def _urls_in(text: str) -> list[QUrl]:
    """A path that was copied as text."""
    line = text.strip().strip('"')
    if line.startswith("file:"):
        return [QUrl(line)]
    return [QUrl.fromLocalFile(line)] if line and "\n" not in line and Path(line).is_absolute() else []
