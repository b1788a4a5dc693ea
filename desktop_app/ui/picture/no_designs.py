"""What the window asks of every room about designs, in a room that has none."""

from desktop_app.engine.requests import Pixels
from desktop_app.ui.picture.tile import Tile


class NoDesigns:
    def focus_tile(self) -> Tile | None:
        return None

    def selected_tiles(self) -> list[Tile]:
        return []

    def pixels_of(self, _tile: Tile) -> Pixels | None:
        return None

    def star(self) -> None:
        """Stars are for designs."""

    def reject(self) -> None:
        """So is this."""

    def toggle_crisp(self) -> None:
        """Pixels are always as they are here."""
