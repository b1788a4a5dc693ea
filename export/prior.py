"""Fit the prior of an autoencoder: a small flow that turns normal noise and a class into its latents.

    python -m export prior digits-vae

Samples of N(0, I) lie in part where no training picture was ever encoded; the flow learns where they were. It is
fitted to draws of the posterior of the training split, a class at a time, after the autoencoder and without
changing it. In the package it is the mapping graph: (z, label, truncation) -> w. Writes runs/<name>/prior.safetensors;
the same run and options give the same prior.
"""

import argparse
import dataclasses
import pathlib
import time

import torch
from torch import Tensor

from export.checkpoint import save_checkpoint
from export.data import Dataset, load_dataset
from export.errors import ExportError
from export.flow import Flow
from export.schedule import cosine
from export.tracing import PRIOR_FILE, load_run, new_average, new_flow
from export.vae import Vae, binarise

LOOKS = 3  # encodings of each training picture: one grey and two binarised, or one where all training was grey
BATCH = 100
HALF_LIFE = 200  # steps, of the average that is shipped


@dataclasses.dataclass(frozen=True)
class Posteriors:
    """Encoded pictures: a Gaussian each."""

    mean: Tensor  # (n, S)
    log_variance: Tensor  # (n, S)
    label: Tensor  # (n,)

    def draw(self, picks: Tensor, *, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """(w, label) of the picked pictures, one draw each."""
        mean, log_variance = self.mean[picks], self.log_variance[picks]
        noise = torch.randn(mean.shape, generator=generator)
        return mean + torch.exp(0.5 * log_variance) * noise, self.label[picks]


def main(args: argparse.Namespace) -> None:
    folder = pathlib.Path(args.runs) / args.name
    options, tensors, progress = load_run(pathlib.Path(args.runs), args.name)
    if options["family"] != "vae":
        raise ExportError(f"The run {args.name!r} is a {options['family']}; only an autoencoder gets a fitted prior.")
    dataset = load_dataset(pathlib.Path(args.data), options["dataset"])
    vae = new_average(options, tensors).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    began = time.monotonic()
    posteriors = encode_all(vae, dataset, grey=options["grey"], seed=args.seed)
    print(f"{len(posteriors.label)} encodings in {time.monotonic() - began:.0f} s")
    flow, average = (new_flow(options, num_classes=len(dataset.about["classes"])) for _ in range(2))
    print(f"prior: {sum(p.numel() for p in flow.parameters()) / 1e6:.2f} M parameters")
    fit(flow, average, posteriors, steps=args.steps or options["prior_steps"], seed=args.seed)
    save_checkpoint(
        folder / PRIOR_FILE,
        modules={"prior": average},
        optimizers={},
        progress={"fits": progress["seen"], "seed": args.seed},
        device=torch.device("cpu"),
    )
    print(f"done in {(time.monotonic() - began) / 60:.1f} minutes; {folder / PRIOR_FILE}")


@torch.no_grad()
def encode_all(vae: Vae, dataset: Dataset, *, grey: float, seed: int) -> Posteriors:
    """LOOKS encodings of each picture, binarised anew but for the first; one where every picture stays grey."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.from_numpy(dataset.labels)
    means, log_variances = [], []
    looks = LOOKS if grey < 1 else 1
    for look in range(looks):
        for start in range(0, len(labels), BATCH):
            x = torch.from_numpy(dataset.images[start : start + BATCH]).permute(0, 3, 1, 2).float() / 127.5 - 1
            x = x if look == 0 else binarise(x, generator=generator)
            mean, log_variance = vae.encoder(x.contiguous(memory_format=torch.channels_last))
            means.append(mean)
            log_variances.append(log_variance)
    return Posteriors(torch.cat(means), torch.cat(log_variances), labels.repeat(looks))


def fit(flow: Flow, average: Flow, posteriors: Posteriors, *, steps: int, seed: int, batch: int = 512) -> float:
    """Maximum likelihood on draws of the posteriors; returns the last mean of -log p(w | class), in nats."""
    generator = torch.Generator().manual_seed(seed)
    centre(flow, posteriors)
    average.load_state_dict(flow.state_dict())
    optimizer = torch.optim.AdamW(flow.parameters(), lr=2e-3, betas=(0.9, 0.99), weight_decay=1e-3)
    recent = 0.0
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = cosine((2e-3, 0.0), step / steps) * min(1.0, (step + 1) / 100)
        picks = torch.randint(0, len(posteriors.label), (batch,), generator=generator)
        w, label = posteriors.draw(picks, generator=generator)
        loss = -flow.log_density(w, label).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(flow.parameters(), 10.0)
        optimizer.step()
        decay = 0.5 ** (1 / HALF_LIFE) if step > HALF_LIFE else 0.0
        with torch.no_grad():
            for slow, fast in zip(average.parameters(), flow.parameters(), strict=True):
                slow.lerp_(fast, 1 - decay)
        recent = loss.item() if step == 0 else 0.99 * recent + 0.01 * loss.item()
        if step % 500 == 0 or step == steps - 1:
            print(f"step {step:6d}  -log p(w | class) {recent:.3f} nats", flush=True)
    return recent


@torch.no_grad()
def centre(flow: Flow, posteriors: Posteriors) -> None:
    """Start as one Gaussian a class: mean and variance of the aggregated posterior."""
    for k in range(len(flow.mean)):
        of_class = posteriors.label == k
        if of_class.any():
            mean = posteriors.mean[of_class]
            variance = mean.var(dim=0, correction=0) + posteriors.log_variance[of_class].exp().mean(dim=0)
            flow.mean[k] = mean.mean(dim=0)
            flow.log_scale[k] = 0.5 * variance.log()
