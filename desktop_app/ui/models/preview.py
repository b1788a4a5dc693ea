"""The preview of a package, whole or its corner. A package that has none, or a broken one, gives a null image."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from desktop_app.engine.packages import Package

MOST = 2048  # pixels across; a larger sheet is read smaller


def preview_sheet(package: Package) -> QImage:
    """All of it."""
    entry = package.manifest.files.get("preview")
    path = package.folder / (entry.path if entry else "preview.png")
    if not path.is_file():
        return QImage()
    reader = QImageReader(str(path))
    size = reader.size()
    if max(size.width(), size.height()) > MOST:
        reader.setScaledSize(size.scaled(QSize(MOST, MOST), Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


def preview_corner(package: Package, side: int) -> QImage:
    """A quarter of it, side x side pixels."""
    sheet = preview_sheet(package)
    if sheet.isNull():
        return sheet
    half = max(1, min(sheet.width(), sheet.height()) // 2)
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return sheet.copy(0, 0, half, half).scaled(side, side, keep, smooth)
