"""What hands in Explain wish for, as a whole new state each, with the name of the step."""

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.engine.packages import Package
from desktop_app.studio import explaining
from desktop_app.studio.explaining import OPACITY_STEP, ExplainState, Shown, Subject


class ExplainWishes(QObject):
    wished = Signal(object, str, str)  # ExplainState, what the step is called, what it runs together with

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = ExplainState()
        self.package: Package | None = None

    def add(self, subjects: tuple[Subject, ...]) -> None:
        """Pictures that came in for the classifier in use."""
        if self.package is not None and subjects:
            words = f"Explain {subjects[0].name}" if len(subjects) == 1 else f"Explain {len(subjects)} pictures"
            self._wish(explaining.with_subjects(self.state, self.package.name, subjects), words)

    def replace(self, subject: Subject) -> None:
        self._wish(explaining.with_one_replaced(self.state, subject), "Another part of the picture")

    @Slot(int)
    def go_to(self, index: int) -> None:
        self._wish(explaining.stepped_to(self.state, index), "Another picture", "explain picture")

    @Slot(int)
    def step(self, by: int) -> None:
        self.go_to(self.state.current + by)

    @Slot()
    def remove(self) -> None:
        if self.state.subjects:
            self._wish(explaining.without_current(self.state), "Take out of the row")

    @Slot()
    def clear(self) -> None:
        self._wish(explaining.emptied(self.state), "Empty the row")

    @Slot(int)
    def ask_about(self, label: int | None) -> None:
        """None: the class that is most probable."""
        classes = self.package.manifest.classes if self.package else ()
        if label is None:
            self._wish(explaining.with_label(self.state, None), "Why the most probable class")
        elif label < len(classes):
            self._wish(explaining.with_label(self.state, label), f"Why {classes[label]}")

    @Slot(str)
    def show_map(self, shown: Shown) -> None:
        self._wish(explaining.with_shown(self.state, shown), "Another map", "explain map")

    @Slot(float)
    def drag_opacity(self, opacity: float) -> None:
        self._wish(explaining.with_opacity(self.state, opacity), "Opacity", "explain opacity")

    def fainter(self) -> None:
        self.drag_opacity(self.state.opacity - OPACITY_STEP)

    def stronger(self) -> None:
        self.drag_opacity(self.state.opacity + OPACITY_STEP)

    def _wish(self, state: ExplainState, words: str, coalesce: str = "") -> None:
        if state != self.state:
            self.wished.emit(state, words, coalesce)
