"""What is said of an icon that comes near to one of the training, on the screen and in recipes."""

from desktop_app.engine.requests import Resemblance


def likeness_words(found: Resemblance | None) -> str:
    """Without a full stop; empty for none. The overlap is an estimate, and said as one."""
    return f"Resembles {whole_name(found)}" if found else ""


def whole_name(found: Resemblance) -> str:
    return f"{found.name} ({found.title}, {found.licence}), overlap about {found.overlap:.1f}"
