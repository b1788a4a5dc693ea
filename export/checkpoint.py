"""A training run on disk, whole at every moment: one safetensors file, replaced atomically.

Nets, optimizer state and RNG state are tensors of the file; everything that is not a tensor is JSON in its
metadata. No pickle: a checkpoint from a stranger is data, not a program.
"""

import json
import pathlib

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from export.errors import ExportError
from export.whole_file import write_atomically


def save_checkpoint(
    path: pathlib.Path, *, modules: dict, optimizers: dict, progress: dict, device: torch.device
) -> None:
    """progress is JSON: images seen, minutes spent, whatever the loop must remember."""
    tensors: dict[str, Tensor] = {"rng/cpu": torch.get_rng_state()}
    if device.type == "cuda":
        tensors["rng/cuda"] = torch.cuda.get_rng_state(device)
    for name, module in modules.items():
        tensors |= {f"{name}/{key}": value.detach() for key, value in module.state_dict().items()}
    for name, optimizer in optimizers.items():
        for index, values in optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer/{name}/{index}/{key}": torch.as_tensor(value) for key, value in values.items()}
    tensors = {key: value.cpu().contiguous().clone() for key, value in tensors.items()}
    write_atomically(path, save(tensors, metadata={"progress": json.dumps(progress)}))


def read_checkpoint(path: pathlib.Path) -> tuple[dict[str, Tensor], dict]:
    """(tensors, progress)."""
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (it is no dict)
            return tensors, json.loads(file.metadata()["progress"])
    except FileNotFoundError:
        raise ExportError(f"There is no checkpoint {path}; train first.") from None
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise ExportError(f"{path} is not a whole checkpoint of this program ({error}).") from None


def restore(tensors: dict[str, Tensor], *, modules: dict, optimizers: dict, device: torch.device) -> None:
    """Put a checkpoint back: the next step is the one an uninterrupted run would have taken."""
    for name, module in modules.items():
        load_module(tensors, name, module)
    for name, optimizer in optimizers.items():
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in _below(tensors, f"optimizer/{name}/").items():
            index, _, field = key.partition("/")
            state.setdefault(int(index), {})[field] = value
        optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
    torch.set_rng_state(tensors["rng/cpu"])
    if device.type == "cuda" and "rng/cuda" in tensors:
        torch.cuda.set_rng_state(tensors["rng/cuda"], device)


def load_module(tensors: dict[str, Tensor], name: str, module: nn.Module) -> None:
    """One net out of a checkpoint."""
    try:
        module.load_state_dict(_below(tensors, f"{name}/"))
    except RuntimeError as error:
        raise ExportError(f"The checkpoint's {name} does not fit its options.json ({error}).") from None


def _below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
