"""Arrays out of a package's .npz files: plain numbers only, and not more of them than was declared."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.engine.errors import Fault, PackageError

Arrays = dict[str, npt.NDArray[Any]]

MAX_BYTES = 64 * 2**20


def read_arrays(path: Path, names: tuple[str, ...]) -> Arrays:
    """Those of the named arrays that the file holds. Raises PackageError on anything but a whole file of arrays."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
                raise PackageError(f"“{path.name}” unpacks to more than 64 MiB.", Fault.TOO_MUCH_MEMORY)
        with np.load(path, allow_pickle=False) as data:
            arrays = {name: data[name] for name in names if name in data.files}
    except PackageError:
        raise
    except MemoryError:
        raise PackageError(
            f"“{path.name}” asks for more memory than the engine may take.", Fault.TOO_MUCH_MEMORY
        ) from None
    except Exception as error:  # zipfile, zlib, numpy and tokenize have a dozen kinds for bytes that are no arrays
        if "pickle" in str(error).lower():
            raise PackageError(
                f"“{path.name}” holds Python objects, which could run code. Only plain arrays are read.", Fault.PICKLE
            ) from None
        raise PackageError(f"“{path.name}” is no whole file of arrays ({error}).", Fault.WRONG_SHAPE) from None
    return {name: value for name, value in arrays.items() if isinstance(value, np.ndarray)}


def check_array(arrays: Arrays, name: str, dtype: str, shape: tuple[int, ...], *, of: str) -> None:
    """Raise PackageError unless the array is there with this dtype and shape. of: whose it is, “The map of …”."""
    array = arrays.get(name)
    if array is None or array.dtype != dtype or array.shape != shape:
        found = "nothing" if array is None else f"{array.dtype}{list(array.shape)}"
        raise PackageError(f"{of}: “{name}” is {found}, {dtype}{list(shape)} was expected.", Fault.WRONG_SHAPE)
