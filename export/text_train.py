"""The training loop of the language models, called by export/train.py for the families gpt and lstm.

Every batch is a set of windows of the data set that follows from (seed, step) alone, so a resume needs no state of it.
Both families minimise the cross-entropy of the next token, in nats:

    L = -1/(B T) sum log softmax(logits[b, t])[tokens[b, t + 1]]
"""

import argparse
import dataclasses
import functools
import importlib
import json
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from export import train
from export.checkpoint import read_checkpoint, restore, save_checkpoint
from export.compute import Compute
from export.errors import ExportError
from export.gan import State
from export.schedule import Clock, ema_decay, trapezoid
from export.text_data import TextData, load_text
from export.text_loss import block_loss

FAMILIES = ("gpt", "lstm")
LOOKS = 25  # times in a run that the held-out text is looked at
LOOK_TOKENS = 32_768  # of each kind, in windows that are spread evenly


def run(args: argparse.Namespace, folder: pathlib.Path, options: dict, compute: Compute) -> None:
    """Train or resume; writes options.json, stats.jsonl and checkpoint.safetensors into the folder."""
    data, held = (
        load_text(pathlib.Path(args.data), options["dataset"], split=split) for split in ("train", "held_out")
    )
    spans = batch_spans(data, options)
    torch.manual_seed(options["seed"])
    family = importlib.import_module(f"export.{options['family']}")
    try:
        state: State = family.build(options, vocabulary=data.about["vocabulary"])
    except ValueError as error:
        raise ExportError(f"{args.name}: {error}.") from None
    for module in state.modules.values():
        module.to(compute.device)
    parameters = sum(p.numel() for p in state.modules["net"].parameters())
    print(f"{data.about['title']}: {len(data.tokens)} tokens; {parameters / 1e6:.2f} M parameters")
    if args.dry_run:
        print("dry run: nothing was trained, nothing was written")
        return
    progress = train.Progress()
    if args.resume:
        tensors, saved = read_checkpoint(folder / "checkpoint.safetensors")
        restore(tensors, modules=state.modules, optimizers=state.optimizers, device=compute.device)
        progress = train.Progress(**saved)
        train.drop_later_stats(folder, progress.seen, unit="tokens")
    else:
        train.start_folder(folder, options, force=args.force)
    _loop(args, folder, options, compute, state=state, progress=progress, data=data, held=held, spans=spans)


def _loop(args, folder, options, compute, *, state: State, progress, data: TextData, held: TextData, spans) -> None:
    batch_tokens = options["batch"] * options["context"]
    started = time.monotonic() - 60 * progress.minutes
    last_print = last_save = time.monotonic()
    total, steps = 0.0, 0

    def save() -> None:
        save_checkpoint(
            folder / "checkpoint.safetensors",
            modules=state.modules,
            optimizers=state.optimizers,
            progress=dataclasses.asdict(progress),
            device=compute.device,
        )

    with train.stop_on_signal() as stop:
        while (clock := progress.clock(options)).fraction < 1 and not stop:
            rows = batch_rows(data.tokens, spans, step=progress.seen // batch_tokens, options=options)
            total += train_step(state, torch.from_numpy(rows), clock=clock, options=options, compute=compute)
            steps += 1
            progress.seen += batch_tokens
            progress.minutes = (time.monotonic() - started) / 60
            now = time.monotonic()
            if now - last_print >= args.report_seconds:
                _report(folder, progress, options, loss=total / steps, rate=steps * batch_tokens / (now - last_print))
                total, steps, last_print = 0.0, 0, now
            after = progress.clock(options).fraction
            if int(after * LOOKS) > int(clock.fraction * LOOKS) or after >= 1:
                look(folder, state, held, progress, options, compute)
            if now - last_save >= args.save_seconds:
                save()
                last_save = time.monotonic()
    save()
    print(f"{'stopped' if stop else 'done'}: {progress.seen} tokens in {progress.minutes:.1f} minutes; {folder}")


def train_step(state: State, rows: Tensor, *, clock: Clock, options: dict, compute: Compute) -> float:
    """One step on rows (B, T + 1) of tokens, a part of the batch at a time; returns the loss."""
    net, average = state.modules["net"], state.modules["average"]
    net.train()
    for name, optimizer in state.optimizers.items():
        for group in optimizer.param_groups:
            group["lr"] = trapezoid(options["learning_rate"][name], clock, options["warm_up"], options["decay_from"])
        optimizer.zero_grad(set_to_none=True)
    loss = 0.0
    for part in rows.split(options["part"]):
        part = part.to(compute.device)
        with compute.autocast():
            logits = net(part[:, :-1])  # (b, T, V)
        share = F.cross_entropy(logits.flatten(0, 1), part[:, 1:].flatten()) * (len(part) / len(rows))
        share.backward()
        loss += share.item()
    nn.utils.clip_grad_norm_(net.parameters(), options["clip"])
    for optimizer in state.optimizers.values():
        optimizer.step()
    decay = ema_decay(options["ema_half_life"], clock, batch=len(rows) * options["context"])
    with torch.no_grad():
        for slow, fast in zip(average.parameters(), net.parameters(), strict=True):
            slow.lerp_(fast, 1 - decay)
    return loss


# -----------------------------------------------------------------------------
# the order of the data


def batch_spans(data: TextData, options: dict) -> list[tuple[int, int, int]]:
    """(first token, end, rows of each batch) for each kind of the mixture, or for all text as it lies."""
    mixture = options["mixture"] or {}
    if mixture and (set(mixture) != set(data.spans) or sum(mixture.values()) != options["batch"]):
        raise ExportError(f"The mixture {mixture} must give {', '.join(data.spans)} {options['batch']} rows together.")
    spans = [(*data.spans[kind], rows) for kind, rows in mixture.items() if rows]
    spans = spans or [(0, len(data.tokens), options["batch"])]
    for start, end, rows in spans:
        if (end - start) // options["context"] < rows + 1:
            raise ExportError(f"{end - start} tokens do not fill one batch of {rows} rows; add text.")
    return spans


def batch_rows(tokens: np.ndarray, spans: list[tuple[int, int, int]], *, step: int, options: dict) -> np.ndarray:
    """Rows (B, T + 1) of one step. Each epoch cuts a span into windows from another first token, in another order."""
    context = options["context"]
    rows = []
    for index, (start, end, count) in enumerate(spans):
        windows = (end - start) // context - 1
        for number in range(step * count, (step + 1) * count):
            epoch, place = divmod(number, windows)
            shift, order = _epoch(windows, context, options["seed"], epoch, index)
            first = start + shift + context * int(order[place])
            rows.append(tokens[first : first + context + 1])
    return np.stack(rows).astype(np.int64)


@functools.lru_cache(maxsize=16)
def _epoch(windows: int, context: int, seed: int, epoch: int, index: int) -> tuple[int, np.ndarray]:
    random = np.random.Generator(np.random.Philox(key=[seed, (epoch << 8) + index]))
    return int(random.integers(context)), random.permutation(windows)


# -----------------------------------------------------------------------------
# what a run writes


def _report(folder: pathlib.Path, progress, options: dict, *, loss: float, rate: float) -> None:
    fraction = progress.clock(options).fraction
    left = progress.minutes * (1 - fraction) / max(fraction, 1e-9)
    _append(folder, {"tokens": progress.seen, "minutes": round(progress.minutes, 3), "loss": round(loss, 4)})
    print(f"{fraction:6.1%} {progress.seen:10d} tokens {rate:6.0f}/s {left:6.1f} min left  loss {loss:.3f}", flush=True)


def look(folder: pathlib.Path, state: State, held: TextData, progress, options: dict, compute: Compute) -> None:
    """The averaged net on windows of the held-out text: nats a token, of each kind."""
    losses = {
        kind: round(
            block_loss(
                state.modules["average"],
                held.tokens[start:end],
                context=options["context"],
                compute=compute,
                most=max(1, LOOK_TOKENS // options["context"]),
            ),
            4,
        )
        for kind, (start, end) in held.spans.items()
    }
    _append(folder, {"tokens": progress.seen, "held_out": losses})
    print(f"        held out: {' '.join(f'{kind} {loss:.3f}' for kind, loss in losses.items())}", flush=True)


def _append(folder: pathlib.Path, line: dict) -> None:
    with (folder / "stats.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
