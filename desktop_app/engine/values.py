"""What every value is made of that crosses threads and processes."""

import msgspec


class Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all values that cross threads and processes."""


class PackageRef(Frozen, frozen=True):
    """A package on disk, as it was when the request was made."""

    folder: str
    sha256: str  # of manifest.json, which holds the hashes of all other files
