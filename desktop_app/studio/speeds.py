"""How fast packages have been found to be on this machine, remembered by package hash and device."""

import logging
from pathlib import Path

import msgspec

from desktop_app.engine.errors import FileError
from desktop_app.engine.requests import CheckedUp, Device, Frozen
from desktop_app.studio.whole_file import whole_file

log = logging.getLogger(__name__)

MOST = 400  # of packages and devices; the oldest go


class Speed(Frozen, frozen=True):
    kind: str  # as CheckedUp
    milliseconds: float
    load_ms: float
    memory_bytes: int
    device: str  # its name
    runtime: str  # version of ONNX Runtime
    date: str  # ISO 8601


class Speeds:
    """Reading never fails, and what cannot be written is only not remembered."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Speed] | None = None  # oldest first

    def of(self, sha256: str, device: Device | None) -> Speed | None:
        """What was measured of exactly these files on this device; None where nothing was."""
        return self._all().get(_key(sha256, device)) if device is not None else None

    def keep(self, sha256: str, device: Device, found: CheckedUp, date: str) -> None:
        known = _read(self._path)  # another window may have written since
        key = _key(sha256, device)
        known.pop(key, None)
        known[key] = Speed(
            found.kind,
            found.milliseconds,
            found.load_ms,
            found.memory_bytes,
            device.name,
            device.runtime,
            date,
        )
        self._known = dict(list(known.items())[-MOST:])
        try:
            with whole_file(self._path, flush=False) as file:
                file.write(msgspec.json.format(msgspec.json.encode(self._known), indent=1))
        except FileError as error:
            log.warning("A measured speed is not remembered: %s", error.message)

    def _all(self) -> dict[str, Speed]:
        if self._known is None:
            self._known = _read(self._path)
        return self._known


def _key(sha256: str, device: Device) -> str:
    return f"{sha256} {device.obtained} {device.name}"


def _read(path: Path) -> dict[str, Speed]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Speed])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        log.warning("The measured speeds in “%s” cannot be read: %s. They are measured anew.", path.name, error)
        return {}
