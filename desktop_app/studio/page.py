"""The page: one text, of which some was written by the model."""

from desktop_app.engine.requests import Frozen


class Page(Frozen, frozen=True):
    text: str = ""
    cursor: int = 0  # in characters
