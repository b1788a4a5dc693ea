"""What is said of an icon that comes near to one of the training, on the screen and in recipes."""

from desktop_app.engine.requests import Resemblance


def likeness_words(found: Resemblance | None) -> str:
    """Without a full stop; empty for none."""
    return f"Resembles {found.name} ({found.title}, {found.licence}), overlap {found.overlap:.2f}" if found else ""
