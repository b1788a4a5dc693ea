"""The look in force: palette, style sheet and fonts from the tokens, and the icons in its colours."""

from string import Template
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from desktop_app import paths
from desktop_app.ui.look import icons, tokens
from desktop_app.ui.look.tokens import Colours, ThemeName


class Look(QObject):
    """What every widget that paints asks for its colours. `changed` follows a switch of theme."""

    changed = Signal()

    def __init__(self, choice: str = "system", *, reduced_motion: bool = False) -> None:
        super().__init__()
        self.choice = choice
        self.reduced_motion = reduced_motion
        self.name: ThemeName = resolve(choice)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._system_changed)

    @property
    def colours(self) -> Colours:
        return tokens.THEMES[self.name]

    def icon(self, name: str, **inks: Any) -> QIcon:
        return icons.icon(name, self.colours, **inks)

    def apply(self, choice: str) -> None:
        """Dress the whole application."""
        self.choice = choice
        self.name = resolve(choice)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setPalette(palette(self.colours))
            app.setStyleSheet(style_sheet(self.name))
        self.changed.emit()

    @Slot()
    def toggle(self) -> None:
        self.apply("light" if self.name == "dark" else "dark")

    @Slot(Qt.ColorScheme)
    def _system_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self.choice == "system" and resolve("system") != self.name:
            self.apply("system")


def resolve(choice: str) -> ThemeName:
    if choice == "light":
        return "light"
    if choice == "dark":
        return "dark"
    return "light" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light else "dark"


def load_fonts() -> None:
    """Make the bundled fonts the application's, the same on every system."""
    for path in sorted((paths.resources() / "fonts").glob("*.otf")):
        QFontDatabase.addApplicationFont(str(path))
    QApplication.setFont(font(tokens.TEXT_BODY))


def font(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    made = QFont("Inter")
    made.setPixelSize(pixels)
    made.setWeight(weight)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def style_sheet(name: ThemeName) -> str:
    template = (paths.resources() / "style.qss").read_text(encoding="utf-8")
    sizes = {
        "text_small": tokens.TEXT_SMALL,
        "text_body": tokens.TEXT_BODY,
        "text_title": tokens.TEXT_TITLE,
        "text_display": tokens.TEXT_DISPLAY,
        "text_page": tokens.TEXT_PAGE,
        "radius": tokens.RADIUS,
    }
    folder = (paths.resources() / "icons" / "style").as_posix()
    return Template(template).substitute(tokens.as_dict(tokens.THEMES[name]), **sizes, theme=name, style_icons=folder)


def palette(colours: Colours) -> QPalette:
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: colours.panel,
        QPalette.ColorRole.Base: colours.raised,
        QPalette.ColorRole.AlternateBase: colours.panel,
        QPalette.ColorRole.Button: colours.raised,
        QPalette.ColorRole.WindowText: colours.ink,
        QPalette.ColorRole.Text: colours.ink,
        QPalette.ColorRole.ButtonText: colours.ink,
        QPalette.ColorRole.ToolTipBase: colours.raised,
        QPalette.ColorRole.ToolTipText: colours.ink,
        QPalette.ColorRole.PlaceholderText: colours.ink_soft,
        QPalette.ColorRole.Highlight: colours.accent_fill,
        QPalette.ColorRole.HighlightedText: colours.on_accent,
        QPalette.ColorRole.Link: colours.accent,
    }
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.ink_disabled))
    return made
