"""Memory of this process: how much it holds, and a ceiling for what untrusted graphs may ask for."""

import os
import sys
from pathlib import Path

MIB = 2**20
_STATM = Path("/proc/self/statm")


def resident_bytes() -> int:
    """Resident memory of this process; 0 where the system does not say."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


def half_of_machine() -> int:
    """Half of the machine's memory in bytes; a great number where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (OSError, ValueError, AttributeError):
        return 2**62


def set_ceiling(limit: int) -> bool:
    """Let allocations beyond `limit` bytes of private memory fail instead of starving the machine.

    Linux only (RLIMIT_DATA counts anonymous mappings there; the address space, RLIMIT_AS, would count the GPU's
    reservations too). Returns whether a ceiling is in force.
    """
    if sys.platform != "linux":
        return False
    import resource

    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    ceiling = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (ceiling, hard))
    return True
