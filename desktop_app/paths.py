"""The only file that knows where things are: beside the source, inside an installed package, frozen, or the user's.

Bundled files travel as `models/` and `resources/` in the repository and as `desktop_app/bundled/` in the wheel and the
frozen program. Nothing is ever written beside them.
"""

from pathlib import Path

import platformdirs

_HERE = Path(__file__).resolve().parent
_BUNDLED = _HERE / "bundled"


def _bundled(name: str) -> Path:
    inside = _BUNDLED / name
    return inside if inside.is_dir() else _HERE.parent / name


def bundled_models() -> Path:
    return _bundled("models")


def resources() -> Path:
    return _bundled("resources")


def user_data() -> Path:
    return Path(platformdirs.user_data_dir("maquette", appauthor=False))


def user_models() -> Path:
    return user_data() / "models"


def user_projects() -> Path:
    return user_data() / "projects"


def user_config() -> Path:
    return Path(platformdirs.user_config_dir("maquette", appauthor=False))


def user_logs() -> Path:
    return Path(platformdirs.user_log_dir("maquette", appauthor=False))


def export_folder() -> Path:
    """Where films and pictures go unless another folder is chosen; it may not exist yet."""
    pictures = Path.home() / "Pictures"
    return (pictures if pictures.is_dir() else Path.home()) / "Maquette"
