"""The copy desk: short texts side by side, as a tree of branches."""

from desktop_app.engine.requests import Frozen


class CopyDesk(Frozen, frozen=True):
    brief: str = ""  # what all branches go on from
