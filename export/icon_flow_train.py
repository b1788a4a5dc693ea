"""Train the flow of icons on the latents of a trained autoencoder.

    python -m export train icons-flow

The training icons are encoded once (runs/<name>/latents.safetensors); each step draws from their posteriors. The run's
options.json holds the vocabulary: words, styles and sets in the order of their numbers.
"""

import argparse
import dataclasses
import pathlib
import time

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from export.checkpoint import load_module, read_checkpoint, restore, save_checkpoint
from export.compute import Compute
from export.errors import ExportError
from export.icon_dataset import Vocabulary, load_icons, vocabulary
from export.icon_flow import Conditions, VelocityNet, forget, new_net, sample, velocity_loss
from export.icons import Autoencoder
from export.schedule import cosine, ema_decay
from export.sheet import to_bytes, write_sheet
from export.tracing import load_run
from export.train import Progress, batch_indices, drop_later_stats, report, start_folder, stop_on_signal

SHEET_WORDS = ("", "heart", "house", "cat", "camera", "star", "cloud", "tree", "car", "rocket", "cup", "bird")
ENCODED_AT_ONCE = 256


@dataclasses.dataclass
class Latents:
    """Encoded icons, normalised: (w - mean) / std."""

    w: Tensor  # (n, S) posterior means
    spread: Tensor  # (n, S) posterior standard deviations
    told: Conditions
    centre: Tensor  # (S,)
    scale: Tensor  # (S,)

    def draw(self, picks: Tensor, share: float) -> Tensor:
        """The picked means with this share of their posteriors' spread."""
        return self.w[picks] + share * self.spread[picks] * torch.randn(len(picks), self.w.shape[1])


def run(args: argparse.Namespace, folder: pathlib.Path, options: dict, compute: Compute) -> None:
    data = load_icons(pathlib.Path(args.data), options["dataset"])
    if not args.resume:
        options |= _named(vocabulary(data))
    words = Vocabulary(tuple(options["words"]), tuple(options["styles"]), tuple(options["sources"]))
    auto, about = load_autoencoder(pathlib.Path(args.runs), options["autoencoder"])
    options |= {"size": auto["cell"] * 16}
    torch.manual_seed(options["seed"])
    net, average = new_net(options), new_net(options)
    average.load_state_dict(net.state_dict())
    print(f"{len(data.icons):,} icons, {len(words.words):,} words, {len(words.sources)} sets")
    print(f"flow: {sum(p.numel() for p in net.parameters()) / 1e6:.2f} M parameters")
    if args.dry_run:
        print("dry run: nothing was trained, nothing was written")
        return
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=options["weight_decay"])
    progress = Progress()
    if args.resume:
        tensors, saved = read_checkpoint(folder / "checkpoint.safetensors")
        restore(tensors, modules={"net": net, "average": average}, optimizers={"net": optimizer}, device=compute.device)
        progress = Progress(**saved)
        drop_later_stats(folder, progress.seen)
    else:
        start_folder(folder, options, force=args.force)
        (folder / "latents.safetensors").unlink(missing_ok=True)
    latents = _latents(folder, about, data, words)
    _loop(args, folder, options, compute, progress, net, average, optimizer, latents, about)


def _named(words: Vocabulary) -> dict:
    return {"words": list(words.words), "styles": list(words.styles), "sources": list(words.sources)}


def load_autoencoder(runs: pathlib.Path, name: str) -> tuple[dict, Autoencoder]:
    """(options, the averaged net) of a run of the family “icons”."""
    options, tensors, _ = load_run(runs, name)
    if options["family"] != "icons":
        raise ExportError(f"The run {name!r} is a {options['family']}; the flow needs an autoencoder of icons.")
    net = Autoencoder(options)
    load_module(tensors, "average", net)
    return options, net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]


# -- latents ----------------------------------------------------------------------------------------------------------


def _latents(folder: pathlib.Path, net: Autoencoder, data, words: Vocabulary) -> Latents:
    path = folder / "latents.safetensors"
    if not path.exists():
        began = time.monotonic()
        save_file(encode_all(net, data.fields), path)
        print(f"encoded in {time.monotonic() - began:.0f} s", flush=True)
    held = load_file(path)
    centre, scale = held["mean"].mean(0), held["mean"].std(0)
    a, b, c = (torch.from_numpy(part) for part in words.conditions(data.icons))
    return Latents((held["mean"] - centre) / scale, held["spread"] / scale, (a, b, c), centre, scale)


@torch.no_grad()
def encode_all(net: Autoencoder, fields: np.ndarray) -> dict[str, Tensor]:
    """fields (n, 64, 64) int8 -> “mean” and “spread” of the posteriors, (n, S) each."""
    means, spreads = [], []
    for start in range(0, len(fields), ENCODED_AT_ONCE):
        x = torch.from_numpy(fields[start : start + ENCODED_AT_ONCE]).float()[:, None] / 127
        with torch.autocast("cpu", dtype=torch.bfloat16):
            mean, log_variance = net.encoder(x.contiguous(memory_format=torch.channels_last))
        means.append(mean.float())
        spreads.append(torch.exp(0.5 * log_variance.float()))
    return {"mean": torch.cat(means), "spread": torch.cat(spreads)}


# -- training ---------------------------------------------------------------------------------------------------------


def _loop(args, folder, options, compute, progress, net, average, optimizer, latents: Latents, auto) -> None:
    started = time.monotonic() - 60 * progress.minutes
    last_print = last_save = time.monotonic()
    batch, total, steps = options["batch"], 0.0, 0
    with stop_on_signal() as stop:
        while (clock := progress.clock(options)).fraction < 1 and not stop:
            for group in optimizer.param_groups:
                group["lr"] = cosine(options["learning_rate"], clock.fraction) * min(1.0, clock.fraction / 0.01 + 0.01)
            picks = torch.from_numpy(
                batch_indices(len(latents.w), batch=batch, seen=progress.seen, seed=options["seed"])
            )
            words, style, source = (part[picks] for part in latents.told)
            with compute.autocast():
                loss = velocity_loss(
                    net, latents.draw(picks, options["spread"]), forget((words, style, source), options["forget"])
                )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), options["clip"])
            optimizer.step()
            _follow(average, net, ema_decay(options["ema_half_life"], clock, batch=batch))
            progress.seen += batch
            progress.minutes = (time.monotonic() - started) / 60
            total, steps = total + loss.item(), steps + 1
            now = time.monotonic()
            if now - last_print >= args.report_seconds:
                report(folder, progress, options, stats={"loss": total}, steps=steps, seconds=now - last_print)
                total, steps, last_print = 0.0, 0, now
            if now - last_save >= args.save_seconds:
                _save(folder, net, average, optimizer, progress, latents, options, auto)
                last_save = time.monotonic()
    if steps:
        seconds = time.monotonic() - last_print
        report(folder, progress, options, stats={"loss": total}, steps=steps, seconds=seconds)
    _save(folder, net, average, optimizer, progress, latents, options, auto)
    print(f"{'stopped' if stop else 'done'}: {progress.seen} latents in {progress.minutes:.1f} minutes; {folder}")


@torch.no_grad()
def _follow(average: VelocityNet, net: VelocityNet, decay: float) -> None:
    for slow, fast in zip(average.parameters(), net.parameters(), strict=True):
        slow.lerp_(fast, 1 - decay)


def _save(folder, net, average, optimizer, progress: Progress, latents: Latents, options: dict, auto) -> None:
    save_checkpoint(
        folder / "checkpoint.safetensors",
        modules={"net": net, "average": average},
        optimizers={"net": optimizer},
        progress=dataclasses.asdict(progress),
        device=torch.device("cpu"),
    )
    save_file({"mean": latents.centre, "std": latents.scale}, folder / "normal.safetensors")
    _sheet(folder / "sheet.png", average, latents, options, auto)


def _sheet(path: pathlib.Path, net: VelocityNet, latents: Latents, options: dict, auto: Autoencoder) -> None:
    """Rows of SHEET_WORDS, eight seeds each: the first as they come."""
    numbers = {word: n for n, word in enumerate(options["words"], start=1)}
    words = torch.zeros(len(SHEET_WORDS) * 8, latents.told[0].shape[1], dtype=torch.int64)
    for row, word in enumerate(SHEET_WORDS):
        words[8 * row : 8 * row + 8, 0] = numbers.get(word, 0)
    style = torch.ones(len(words), dtype=torch.int64)
    noise = torch.randn(len(words), options["size"], generator=torch.Generator().manual_seed(0))
    w = sample(net, noise, (words, style, 0 * style), steps=options["steps"], guidance=options["guidance"])
    with torch.no_grad():
        fields = auto.decoder(w * latents.scale + latents.centre)
    pictures = torch.tanh(-fields * 4 * 1.5).numpy()
    write_sheet(path, to_bytes(pictures), columns=8, zoom=2)
