"""Train one preset.

    python -m export train digits-gan --dry-run          # what would be done, and nothing else
    python -m export train digits-gan                    # the preset's own budget
    python -m export train digits-gan --minutes 5        # a first look; every schedule shrinks with the budget
    python -m export train digits-gan --resume           # go on after a kill, exactly where it stopped
    python -m export train my-icons --like digits-gan --dataset icons      # your own data set under your own name
    python -m export train photo-denoise-grey --start-from photo-denoise   # from another run's weights

Writes runs/<name>/: options.json, stats.jsonl, checkpoint.safetensors, and sheet.png, a fixed set of samples.

On a CPU one thread is the best use of a core for nets this small (OMP_NUM_THREADS=1), one run a core.
"""

import argparse
import contextlib
import dataclasses
import functools
import importlib
import json
import pathlib
import signal
import time
from collections.abc import Iterator
from types import FrameType

import numpy as np
import torch

from export.checkpoint import read_checkpoint, restore, save_checkpoint
from export.compute import Compute, choose_compute
from export.data import Dataset, hold_out, load_dataset
from export.errors import ExportError
from export.presets import preset_options
from export.schedule import Clock
from export.sheet import to_bytes, write_sheet
from export.warm_start import read_start, warm_start
from export.whole_file import write_atomically

SHEET_COUNT = 80


@dataclasses.dataclass
class Progress:
    """What a run must remember beside its tensors."""

    seen: int = 0
    minutes: float = 0.0

    def clock(self, options: dict) -> Clock:
        """images or tokens as the budget make a run repeatable; minutes make it end on time."""
        if budget := options.get("tokens") or options["images"]:
            return Clock(min(1.0, self.seen / budget), self.seen, budget)
        fraction = min(1.0, self.minutes / options["minutes"])
        return Clock(fraction, self.seen, self.seen / fraction if fraction > 0.001 else 0.0)


def main(args: argparse.Namespace) -> None:
    # -------------------------------------------------------------------------
    # options
    compute = choose_compute(args.device, args.precision)
    folder = pathlib.Path(args.runs) / args.name
    options = read_options(folder) if args.resume else make_options(args, compute)
    print(f"{args.name}: {json.dumps(options)}\n{compute.reason}; {torch.get_num_threads()} threads")
    if options["family"] in ("gpt", "lstm"):
        from export import text_train

        text_train.run(args, folder, options, compute)
        return
    if options["family"] == "icon_flow":
        from export import icon_flow_train

        icon_flow_train.run(args, folder, options, compute)
        return
    dataset = _dataset(pathlib.Path(args.data), options)
    if options.get("held_out"):
        dataset, _ = hold_out(dataset, options["held_out"])
    classes = dataset.about["classes"]
    print(
        f"{dataset.about['title']}: {len(dataset.images)} pictures {dataset.images.shape[1:]}, {len(classes)} classes"
    )
    if len(dataset.images) < options["batch"]:
        raise ExportError(f"{len(dataset.images)} pictures do not fill one batch of {options['batch']}; add pictures.")

    # -------------------------------------------------------------------------
    # nets and optimizers
    torch.manual_seed(options["seed"])
    family = importlib.import_module(f"export.{options['family']}")
    try:
        state = family.build(options, shape=dataset.images.shape[1:], num_classes=len(classes))
    except ValueError as error:
        raise ExportError(f"{args.name}: {error}.") from None
    if args.start_from and not args.resume:
        options["start_from"], start = read_start(pathlib.Path(args.runs), args.start_from)
        taken = [warm_start(module, start) for module in state.modules.values()]
        print(f"{taken[0]} numbers are those of {options['start_from']['run']} at {options['start_from']['seen']} seen")
    for name, module in state.modules.items():
        module.to(compute.device, memory_format=torch.channels_last)
        print(f"{name}: {sum(p.numel() for p in module.parameters()) / 1e6:.2f} M parameters")
    if args.dry_run:
        print("dry run: nothing was trained, nothing was written")
        return

    # -------------------------------------------------------------------------
    # start or resume
    progress = Progress()
    if args.resume:
        tensors, saved = read_checkpoint(folder / "checkpoint.safetensors")
        restore(tensors, modules=state.modules, optimizers=state.optimizers, device=compute.device)
        progress = Progress(**saved)
        drop_later_stats(folder, progress.seen)
    else:
        start_folder(folder, options, force=args.force)

    # -------------------------------------------------------------------------
    # loop
    started = time.monotonic() - 60 * progress.minutes
    last_print = last_save = time.monotonic()
    images, labels = torch.from_numpy(dataset.images).permute(0, 3, 1, 2), torch.from_numpy(dataset.labels)
    batch = options["batch"]
    sums: dict[str, float] = {}
    steps = 0
    with stop_on_signal() as stop:
        while (clock := progress.clock(options)).fraction < 1 and not stop:
            picks = torch.from_numpy(batch_indices(len(images), batch=batch, seen=progress.seen, seed=options["seed"]))
            x = images[picks].to(compute.device).float() / 127.5 - 1  # (B, C, H, W) in -1..1
            y = labels[picks].to(compute.device)
            stats = family.train_step(state, x, y, clock=clock, options=options, compute=compute)
            progress.seen += batch
            progress.minutes = (time.monotonic() - started) / 60
            sums = {key: sums.get(key, 0.0) + value for key, value in stats.items()}
            steps += 1
            now = time.monotonic()
            if now - last_print >= args.report_seconds:
                report(folder, progress, options, stats=sums, steps=steps, seconds=now - last_print)
                sums, steps, last_print = {}, 0, now
            if now - last_save >= args.save_seconds:
                _save(folder, state, progress, options, family, compute, dataset)
                last_save = time.monotonic()

    # -------------------------------------------------------------------------
    # end
    if steps:
        report(folder, progress, options, stats=sums, steps=steps, seconds=time.monotonic() - last_print)
    _save(folder, state, progress, options, family, compute, dataset)
    print(f"{'stopped' if stop else 'done'}: {progress.seen} images in {progress.minutes:.1f} minutes; {folder}")


# -----------------------------------------------------------------------------
# data


def _dataset(root: pathlib.Path, options: dict) -> Dataset:
    if options["family"] != "icons":
        return load_dataset(root, options["dataset"])
    from export.icon_dataset import as_pictures, load_icons

    return as_pictures(load_icons(root, options["dataset"]))


@functools.lru_cache(maxsize=2)
def epoch_order(count: int, *, seed: int, epoch: int) -> np.ndarray:
    return np.random.Generator(np.random.Philox(key=[seed, epoch])).permutation(count)


def batch_indices(count: int, *, batch: int, seen: int, seed: int) -> np.ndarray:
    """The pictures of the next batch: a permutation an epoch, from (seed, epoch) alone, so a resume needs no state."""
    per_epoch = count // batch * batch
    epoch, offset = divmod(seen, per_epoch)
    return epoch_order(count, seed=seed, epoch=epoch)[offset : offset + batch]


# -----------------------------------------------------------------------------
# options


def make_options(args: argparse.Namespace, compute: Compute) -> dict:
    row = args.row if args.row != "auto" else ("gpu" if compute.device.type == "cuda" else "cpu")
    options = preset_options(args.like or args.name, row=row)
    options |= {"preset": args.like or args.name, "row": row, "seed": args.seed, "images": args.images}
    if args.minutes is not None:
        options["minutes"] = args.minutes
    if "tokens" in options and (args.tokens or args.minutes is not None):
        options["tokens"] = args.tokens
    if args.dataset:
        options["dataset"] = args.dataset
    for setting in args.set or []:
        key, _, value = setting.partition("=")
        if key not in options:
            raise ExportError(f"--set {setting}: there is no option {key!r}; there are {', '.join(options)}.")
        try:
            options[key] = json.loads(value)
        except ValueError:
            raise ExportError(f"--set {setting}: {value!r} is not JSON, such as 3, true or [0.5, 0.05].") from None
    if not options["images"] and not options.get("tokens") and options["minutes"] <= 0:
        raise ExportError("The budget must be more than zero minutes (or name --images, or --tokens of text).")
    return options


def read_options(folder: pathlib.Path) -> dict:
    try:
        return json.loads((folder / "options.json").read_text("utf-8"))
    except FileNotFoundError:
        raise ExportError(f"There is nothing to resume in {folder}; train without --resume.") from None


def start_folder(folder: pathlib.Path, options: dict, *, force: bool) -> None:
    if (folder / "checkpoint.safetensors").exists() and not force:
        raise ExportError(f"{folder} holds a run already: --resume goes on with it, --force starts over.")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("checkpoint.safetensors", "stats.jsonl"):
        (folder / name).unlink(missing_ok=True)
    write_atomically(folder / "options.json", (json.dumps(options, indent=1) + "\n").encode())


# -----------------------------------------------------------------------------
# what a run writes


def report(folder: pathlib.Path, progress: Progress, options: dict, *, stats: dict, steps: int, seconds: float) -> None:
    """One line on the screen, one in stats.jsonl: means since the last one."""
    means = {key: round(value / steps, 4) for key, value in stats.items()}
    rate = steps * options["batch"] / max(seconds, 1e-9)
    fraction = progress.clock(options).fraction
    left = progress.minutes * (1 - fraction) / max(fraction, 1e-9)
    line = {
        "images": progress.seen,
        "minutes": round(progress.minutes, 3),
        "images_per_second": round(rate, 1),
        **means,
    }
    with (folder / "stats.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    shown = " ".join(f"{key} {value:.3f}" for key, value in means.items())
    print(f"{fraction:6.1%} {progress.seen:8d} images {rate:5.0f}/s {left:5.1f} min left  {shown}", flush=True)


def _save(
    folder: pathlib.Path, state, progress: Progress, options: dict, family, compute: Compute, dataset: Dataset
) -> None:
    save_checkpoint(
        folder / "checkpoint.safetensors",
        modules=state.modules,
        optimizers=state.optimizers,
        progress=dataclasses.asdict(progress),
        device=compute.device,
    )
    if hasattr(family, "sample_sheet"):
        x = family.sample_sheet(
            state,
            options=options,
            count=SHEET_COUNT,
            num_classes=len(dataset.about["classes"]),
            generator=compute.generator(0),
        )
        write_sheet(folder / "sheet.png", to_bytes(x.float().cpu().numpy()), columns=10, zoom=3)


def drop_later_stats(folder: pathlib.Path, seen: int, *, unit: str = "images") -> None:
    """Lines written after the checkpoint will be written again; a half line from a kill goes too."""
    path = folder / "stats.jsonl"
    kept = []
    for line in path.read_text("utf-8").splitlines() if path.exists() else []:
        try:
            if json.loads(line)[unit] <= seen:
                kept.append(line + "\n")
        except ValueError:
            continue
    write_atomically(path, "".join(kept).encode())


@contextlib.contextmanager
def stop_on_signal() -> Iterator[list[int]]:
    """Ctrl-C and SIGTERM end the run at the next step with everything saved; the list is then no longer empty."""
    caught: list[int] = []

    def remember(number: int, frame: FrameType | None) -> None:
        caught.append(number)

    before = {number: signal.signal(number, remember) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
