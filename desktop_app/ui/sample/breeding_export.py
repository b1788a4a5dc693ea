"""The family tree leaves the program: as a picture (SVG), whose icons the engine draws as fields, or as JSON."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Fields, Trace, Update
from desktop_app.studio.breeding import BreedingState
from desktop_app.studio.jobs import Job
from desktop_app.ui.bridge import Listener, QueueBridge
from desktop_app.ui.errands import Errands

Field = npt.NDArray[Any]


class TreeExporter(QObject):
    said = Signal(str, str)  # sentence, tone

    def __init__(self, bridge: QueueBridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._errands = Errands("export tree", self)

    def export(self, path: Path, board: BreedingState, package: Package) -> None:
        """The ending decides: .json, or a picture."""
        if path.suffix.lower() == ".json":
            self._write(path, partial(_document, board, package))
            return
        fields: list[Field] = []

        def on_update(_job: Job, update: Update) -> None:
            if isinstance(update, Fields):
                fields.extend(np.asarray(update.fields))

        def on_done(_job: Job) -> None:
            self._write(path.with_suffix(".svg"), partial(_picture, board, fields))

        listener = Listener(self, on_update, on_done, lambda _job, error: self._on_failed(error))
        designs = tuple(member.design for member in board.members)
        self._bridge.submit(Trace(package.ref, designs), listener, slot="export tree")

    def close(self) -> None:
        self._errands.close()

    def _write(self, path: Path, make: Callable[[], bytes]) -> None:
        self._errands.do(partial(_save, path, make), partial(self._on_written, path), self._on_failed, subject="tree")

    def _on_written(self, path: Path, _nothing: None) -> None:
        self.said.emit(f"The family tree is in “{path}”.", "plain")

    def _on_failed(self, error: StudioError) -> None:
        self.said.emit(error.message, "error")


# -- on the thread -----------------------------------------------------------------------------------------------------


def _document(board: BreedingState, package: Package) -> bytes:
    from desktop_app.studio import family_tree  # tracing is slow to import

    return family_tree.document(board, package.sha256)


def _picture(board: BreedingState, fields: list[Field]) -> bytes:
    from desktop_app.studio import family_tree

    return family_tree.picture(board, fields).encode()


def _save(path: Path, make: Callable[[], bytes]) -> None:
    from desktop_app.studio import family_tree

    family_tree.save(path, make())
