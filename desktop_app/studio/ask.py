"""Questions to a model that was taught to answer: what was asked, about which text, and what came."""

from desktop_app.engine.requests import Frozen


class AskState(Frozen, frozen=True):
    question: str = ""
