"""A generator of icons: words in, fields out, pictures drawn from them.

Noise becomes a latent by a flow, dx/dt = v(x, t, prompt), in a few steps of Euler's method (flow matching, Lipman et
al. 2023), guided by v = v(nothing) + guidance (v(prompt) - v(nothing)) (Ho and Salimans 2022). Truncation scales the
noise. The decoder makes a field of it, fields.py a picture.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from desktop_app.engine import fields, latents
from desktop_app.engine.errors import DeviceError, Fault, PackageError, RequestError
from desktop_app.engine.latent_model import Float32, LatentModel
from desktop_app.engine.manifest import Icons
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Different, Pixels, Prompt, Resemblances, Update
from desktop_app.engine.runtime import Runtime

PLAIN = Prompt()


class IconModel(LatentModel):
    """An opened package of icons."""

    def __init__(self, package: Package, runtime: Runtime) -> None:
        super().__init__(package, runtime)
        assert package.manifest.icons is not None
        self.icons: Icons = package.manifest.icons
        self._flow = self._open("flow", runtime)
        self._numbers = {word: n for n, word in enumerate(self.icons.words, start=1)}
        self._styles = {name: n for n, name in enumerate(self.icons.styles, start=1)}
        self._sources = {source.prefix: n for n, source in enumerate(self.icons.sources, start=1)}

    def fields_of(self, designs: Sequence[Design]) -> Float32:
        """(N, side, side) signed distances in pixels. The designs are checked already."""
        return self.decode(self.w_of(designs))[:, 0] * np.float32(self.icons.reach)

    def pixels(self, w: Float32) -> Pixels:
        """(N, S) -> (N, H, W, 1) uint8, black ink on white."""
        field = self.decode(w)[:, 0] * np.float32(self.icons.reach)
        if not np.isfinite(field).all():
            raise DeviceError(
                "The model answered with numbers that are none (NaN). Its file may be damaged: verify it."
            )
        return (255 - fields.coverage_of(field, self.picture.height))[..., None]

    def decode(self, w: Float32) -> Float32:
        """(N, S) -> (N, 1, side, side) fields, -1 to 1."""
        field = self._decoder.run({"w": w})["field"]
        expected = (len(w), 1, self.icons.side, self.icons.side)
        if field.shape != expected:
            raise PackageError(
                f"“{self._decoder.name}” gives fields of shape {field.shape}, where the manifest says {expected}.",
                Fault.WRONG_SHAPE,
            )
        return field

    def conditions(self, prompts: Sequence[Prompt]) -> dict[str, npt.NDArray[np.int64]]:
        """What the flow reads of each prompt. Words that are not known, or one too many, are left out."""
        words = np.zeros((len(prompts), self.icons.most_words), np.int64)
        for row, prompt in zip(words, prompts, strict=True):
            known = dict.fromkeys(self._numbers[w] for w in prompt.words if w in self._numbers)
            numbers = sorted(known)[: self.icons.most_words]
            row[: len(numbers)] = numbers
        return {
            "words": words,
            "style": np.array([self._styles.get(p.style, 0) for p in prompts], np.int64),
            "source": np.array([self._sources.get(p.source, 0) for p in prompts], np.int64),
        }

    def flow(self, x: Float32, prompts: Sequence[Prompt], *, start: float = 0.0, steps: int | None = None) -> Float32:
        """(N, S) at time `start` -> (N, S) latents."""
        steps = steps or self.icons.steps
        told, untold = self.conditions(prompts), self.conditions([PLAIN] * len(prompts))
        guidance = np.array([p.guidance for p in prompts], np.float32)[:, None]
        both = {name: np.concatenate([told[name], untold[name]]) for name in told}
        times = np.linspace(start, 1.0, steps + 1, dtype=np.float32)
        for now, then in zip(times, times[1:], strict=False):
            time = np.full(2 * len(x), now, np.float32)
            v = self._flow.run({"x": np.concatenate([x, x]), "time": time, **both})["velocity"]
            with_words, without = np.split(v, 2)
            x = x + (then - now) * (without + guidance * (with_words - without))
        return x

    def resemble(self, designs: Sequence[Design]) -> Iterator[Update]:
        """Which icons of the training the designs come near to."""
        self.check(designs)
        yield Resemblances(0, (None,) * len(designs))

    def differ(self, designs: Sequence[Design], count: int) -> Iterator[Update]:
        """The `count` designs that differ most, by quick drafts."""
        self.check(designs)
        yield Different(tuple(range(min(count, len(designs)))), 0)

    def _from_noise(self, designs: Sequence[Design]) -> Float32:
        z = np.stack([latents.of_design(design, self.latent.size) for design in designs])
        truncation = np.array([design.truncation for design in designs], np.float32)
        return self.flow(z * truncation[:, None], [design.prompt or PLAIN for design in designs])

    def _check(self, design: Design, depth: int = 0) -> None:
        super()._check(design, depth)
        if (prompt := design.prompt) is None:
            return
        title = self.package.manifest.title
        if prompt.style and prompt.style not in self._styles:
            raise RequestError(
                f"“{title}” has the styles {', '.join(self.icons.styles)}; “{prompt.style}” was asked for."
            )
        if prompt.source and prompt.source not in self._sources:
            raise RequestError(f"“{title}” was taught no set “{prompt.source}”; leave the set out or choose another.")
        if not 0 <= prompt.guidance <= 10:
            raise RequestError(f"Guidance goes from 0 to 10; {prompt.guidance:g} was asked for.")
