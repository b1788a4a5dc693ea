"""One decision on device and precision for the whole run, with its reason."""

import dataclasses

import torch


@dataclasses.dataclass(frozen=True)
class Compute:
    device: torch.device
    dtype: torch.dtype  # of autocast; float32 means no autocast
    reason: str

    def autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.dtype is torch.bfloat16)

    def generator(self, seed: int) -> torch.Generator:
        return torch.Generator(self.device).manual_seed(seed)


def choose_compute(device: str = "auto", precision: str = "auto") -> Compute:
    """CUDA when present; bf16 where the processor multiplies it natively, float32 elsewhere."""
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if precision != "auto":
        dtype = {"bf16": torch.bfloat16, "fp32": torch.float32}[precision]
        return Compute(torch.device(device), dtype, f"{precision} on {device}, as asked")
    if device == "cuda":
        native, what = torch.cuda.is_bf16_supported(including_emulation=False), "this GPU"
    else:
        native, what = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported(), "this CPU"
    dtype = torch.bfloat16 if native else torch.float32
    verb = "multiplies bf16 natively" if native else "has no native bf16"
    return Compute(torch.device(device), dtype, f"{'bf16' if native else 'fp32'} on {device}: {what} {verb}")
