"""Noise becomes a latent: the flow of a package of icons, followed in a few steps of Euler's method.

dx/dt = v(x, t, prompt), from noise at t = 0 to a latent at t = 1 (flow matching, Lipman et al. 2023), guided by
v = v(nothing) + guidance (v(prompt) - v(nothing)) (Ho and Salimans 2022).

A row alone reads all weights for one product, and twelve rows read them but once. So rows are run in blocks, always of
twelve: the shapes that a kernel meets never change, and what remains is that a row's place in a block, or the rows
beside it, might move its last bits. That is tried when the flow is opened. A graph that fails is run row by row.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.engine import noise
from desktop_app.engine.errors import Fault, PackageError
from desktop_app.engine.manifest import Icons
from desktop_app.engine.requests import Prompt
from desktop_app.engine.runtime import Runtime, Session

Float32 = npt.NDArray[np.float32]
Told = dict[str, npt.NDArray[np.int64]]  # words (N, most_words), style (N,), source (N,)

BLOCK = 12  # rows: six designs with guidance
TRIED = 2 * BLOCK  # rows
ORDERS = ((1, 0), (5, 1), (7, 2), (11, 3))  # in which they are tried: place n gets row a n + b, modulo TRIED
TRIED_SEED = 2**32 - 2


class Flow:
    """The flow of one package, opened."""

    def __init__(self, session: Session, runtime: Runtime, icons: Icons, size: int) -> None:
        """size: numbers of a latent. Raises PackageError where the graph gives other shapes."""
        self._session, self._runtime, self._icons, self._size = session, runtime, icons, size
        self._numbers = _numbered(icons.words)
        self._styles = _numbered(icons.styles)
        self._sources = _numbered(tuple(source.prefix for source in icons.sources))
        self.rows = BLOCK if session.on_cuda or self._is_steady() else 1  # of one run of the graph

    def conditions(self, prompts: Sequence[Prompt]) -> Told:
        """What the flow reads of each prompt. Words that are not known, or one too many, are left out."""
        words = np.zeros((len(prompts), self._icons.most_words), np.int64)
        for row, prompt in zip(words, prompts, strict=True):
            known = sorted({self._numbers[w] for w in prompt.words if w in self._numbers})[: len(row)]
            row[: len(known)] = known
        return {
            "words": words,
            "style": np.array([self._styles.get(p.style, 0) for p in prompts], np.int64),
            "source": np.array([self._sources.get(p.source, 0) for p in prompts], np.int64),
        }

    def lead(
        self, x: Float32, prompts: Sequence[Prompt], *, start: Float32 | None = None, steps: int | None = None
    ) -> Float32:
        """(N, S) at the times `start`, (N,), by default 0 -> (N, S) latents. Row n depends on its own inputs alone."""
        guidance = np.array([prompt.guidance for prompt in prompts], np.float32)
        return self.lead_told(x, self.conditions(prompts), guidance, start=start, steps=steps)

    def lead_told(
        self, x: Float32, told: Told, guidance: Float32, *, start: Float32 | None = None, steps: int | None = None
    ) -> Float32:
        """As `lead`, with what the flow reads of the prompts, and their guidance, (N,).

        A row that is told nothing, or that hears it just as it is, takes half of the work.
        """
        start = np.zeros(len(x), np.float32) if start is None else start
        told = _where(told, guidance != 0)
        guided = (guidance != 1) & _tells(told)
        blocks = [*_parts(np.flatnonzero(~guided), self.rows), *_parts(np.flatnonzero(guided), self.rows // 2 or 1)]
        steps = steps or self._icons.steps

        def led(n: int, options: Any) -> Float32:
            rows = blocks[n]
            measure = guidance[rows] if guided[rows[0]] else None
            part = {name: value[rows] for name, value in told.items()}
            return self._led(x[rows], part, measure, start[rows], steps, options)

        latents = np.empty_like(x)
        for rows, made in zip(blocks, self._runtime.each(len(blocks), led), strict=True):
            latents[rows] = made
        return latents

    def _led(
        self, x: Float32, told: Told, guidance: Float32 | None, start: Float32, steps: int, options: Any
    ) -> Float32:
        """A block from its times to 1. guidance: (n,), or None where one look a step is enough."""
        span = np.float32(1) - start
        untold = {name: np.zeros_like(value) for name, value in told.items()}
        both = told if guidance is None else {name: np.concatenate([told[name], untold[name]]) for name in told}
        for step in range(steps):
            time = start + span * np.float32(step / steps)
            if guidance is None:
                v = self._velocity(x, time, both, options)
            else:
                pair = self._velocity(np.concatenate([x, x]), np.concatenate([time, time]), both, options)
                with_words, without = np.split(pair, 2)
                v = without + guidance[:, None] * (with_words - without)
            x = x + (span / np.float32(steps))[:, None] * v
        return x

    def _velocity(self, x: Float32, time: Float32, told: Told, options: Any) -> Float32:
        """(n, S), in runs of `self.rows` rows; the last one is filled up with copies of its first row."""
        made = []
        for first in range(0, len(x), self.rows):
            rows = np.arange(first, first + self.rows)
            rows[rows >= len(x)] = first
            asked: dict[str, npt.NDArray[Any]] = {
                "x": x[rows],
                "time": time[rows],
                **{name: value[rows] for name, value in told.items()},
            }
            v = self._session.once(asked, options)["velocity"]
            if v.shape != (self.rows, self._size):
                raise PackageError(
                    f"“{self._session.name}” gives velocities of shape {v.shape}, where the manifest says "
                    f"{(self.rows, self._size)}.",
                    Fault.WRONG_SHAPE,
                )
            made.append(v[: len(x) - first])
        return np.concatenate(made)

    def _is_steady(self) -> bool:
        """Whether a row of a block has the same bits wherever it lies and whatever lies beside it, as far as tried."""
        self.rows = BLOCK
        n = np.arange(TRIED)
        x = noise.latents(TRIED_SEED, range(TRIED), self._size)
        time = (n / TRIED).astype(np.float32)
        known = {"words": self._icons.words, "style": self._icons.styles, "source": self._icons.sources}
        told = {name: n % (len(names) + 1) for name, names in known.items()}
        told["words"] = np.repeat(told["words"][:, None], self._icons.most_words, axis=1)
        with self._runtime.stoppable() as options:
            seen = []
            for factor, shift in ORDERS:
                order = (factor * n + shift) % TRIED
                placed = {name: value[order] for name, value in told.items()}
                v = self._velocity(x[order], time[order], placed, options)
                seen.append(v[np.argsort(order)])
        return all(np.array_equal(seen[0], other, equal_nan=True) for other in seen[1:])


def _numbered(names: tuple[str, ...]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names, start=1)}


def _where(told: Told, heard: npt.NDArray[np.bool_]) -> Told:
    """The conditions of the rows that are heard, none for the others."""
    return {name: value * heard.reshape(-1, *[1] * (value.ndim - 1)) for name, value in told.items()}


def _tells(told: Told) -> npt.NDArray[np.bool_]:
    """(N,): where anything is told."""
    tells: npt.NDArray[np.bool_] = told["words"].any(axis=1) | (told["style"] != 0) | (told["source"] != 0)
    return tells


def _parts(rows: npt.NDArray[np.int64], size: int) -> list[npt.NDArray[np.int64]]:
    return [rows[first : first + size] for first in range(0, len(rows), size)]
