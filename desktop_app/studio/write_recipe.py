"""The recipe of what was written last: all that decides its words, as JSON to be copied."""

import msgspec

from desktop_app import __version__
from desktop_app.engine.requests import Frozen
from desktop_app.studio.page import How, Page

FORMAT = 1


class TextRecipe(Frozen, frozen=True, kw_only=True):
    """With the same package, prompt, first tokens, seed and `how`, the same text comes on the same kind of device."""

    format: int = FORMAT
    program: str = "maquette"
    version: str = __version__
    how: How
    seed: int
    prompt: str
    first: tuple[int, ...] = ()
    text: str


def recipe_of(page: Page) -> str:
    """Of the last prediction, as it stands in the text; empty where there is none."""
    last = page.last
    if last is None or last.how is None or last.start == last.end:
        return ""
    recipe = TextRecipe(
        how=last.how,
        seed=last.seed,
        prompt=page.text[last.how.left_out : last.start].rstrip(" "),
        first=last.first,
        text=page.text[last.start : last.end],
    )
    return msgspec.json.format(msgspec.json.encode(recipe), indent=2).decode()
