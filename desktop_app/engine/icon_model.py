"""A generator of icons: words in, fields out, pictures drawn from them.

Noise becomes a latent by a flow (icon_flow.py), truncation scales the noise. The decoder makes a field of the latent,
fields.py a picture of the field.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from desktop_app.engine import fields, icon_choice, latents, noise
from desktop_app.engine.arrays import Arrays, check_array, read_arrays
from desktop_app.engine.errors import DeviceError, Fault, PackageError, RequestError
from desktop_app.engine.icon_cross import crossed
from desktop_app.engine.icon_flow import Flow
from desktop_app.engine.icon_similar import SimilarIcons
from desktop_app.engine.latent_model import Float32, LatentModel, made_of
from desktop_app.engine.manifest import Icons
from desktop_app.engine.manifest_check import MAX_GUIDANCE
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import (
    Cross,
    Design,
    Different,
    Pixels,
    Progress,
    Prompt,
    Resemblances,
    Update,
)
from desktop_app.engine.runtime import Runtime

PLAIN = Prompt()
PARENTS = (2, 4)
DRAFT_STEPS = 4
KEPT = 512  # fields of designs
AT_ONCE = 48  # designs between two places to stop


class IconModel(LatentModel):
    """An opened package of icons."""

    def __init__(self, package: Package, runtime: Runtime) -> None:
        super().__init__(package, runtime)
        assert package.manifest.icons is not None
        self.icons: Icons = package.manifest.icons
        self._drawn_lately: OrderedDict[Design, Float32] = OrderedDict()
        self.flow = Flow(self._open("flow", runtime), runtime, self.icons, self.latent.size)

    @cached_property
    def similar(self) -> SimilarIcons | None:
        """The icons that it was taught, where the package knows them. Raises PackageError where its file is broken."""
        known = "similar" in self.package.manifest.files
        return SimilarIcons.read(self.package.file("similar")) if known else None

    def fields_of(self, designs: Sequence[Design]) -> Float32:
        """(N, side, side) signed distances in pixels. The designs are checked already.

        Those that were drawn a moment ago are kept: outlines and resemblances are asked for what the sheet shows.
        """
        known = {design: self._drawn_lately[design] for design in designs if design in self._drawn_lately}
        missing = [design for design in dict.fromkeys(designs) if design not in known]
        if missing:
            known.update(zip(missing, self._drawn_anew(missing), strict=True))
        return np.stack([known[design] for design in designs])

    def draw(self, designs: Sequence[Design]) -> Pixels:
        """(N, H, W, 1) uint8, black ink on white. Raises RequestError where a design does not fit the package."""
        self.check(designs)
        return self.drawn(self._drawn_anew(designs))

    def pixels(self, w: Float32) -> Pixels:
        """(N, S) -> (N, H, W, 1) uint8, black ink on white."""
        return self.drawn(self._fields(w))

    def drawn(self, signed: Float32) -> Pixels:
        """(N, side, side) signed distances in pixels -> (N, H, W, 1) uint8, black ink on white."""
        return (255 - fields.coverage_of(signed, self.picture.height))[..., None]

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

    def encode(self, x: Float32) -> Float32:
        """(N, 1, side, side) fields, -1 to 1 -> (N, S)."""
        assert self._encoder is not None
        return self._encoder.run({"field": x})["w"]

    def encode_picture(self, picture: Pixels) -> Float32:
        """(H, W, 1) uint8, dark ink on light -> (1, S)."""
        signed = fields.field_of(255 - picture[..., 0], self.icons.side, self.icons.reach)
        return self.encode(signed[None, None] / np.float32(self.icons.reach))

    def resemble(self, designs: Sequence[Design]) -> Iterator[Update]:
        """Which icons of the training the designs come near to."""
        self.check(designs)
        for first in range(0, len(designs), AT_ONCE):
            signed = self.fields_of(designs[first : first + AT_ONCE])
            found = (None,) * len(signed) if self.similar is None else self.similar.find(signed)
            yield Resemblances(first, found)
            yield Progress("Comparing", first + len(signed), len(designs))

    def differ(self, designs: Sequence[Design], count: int) -> Iterator[Update]:
        """The `count` designs that differ most, by quick drafts."""
        self.check(designs)
        if count < 1:
            raise RequestError(f"At least one design is to be chosen; {count} were asked for.")
        drafts = []
        for first in range(0, len(designs), AT_ONCE):
            drafts.append(self._drafts(designs[first : first + AT_ONCE]))
            yield Progress("Drafting", first + len(drafts[-1]), len(designs))
        none = np.zeros((0, self.icons.side, self.icons.side), np.float32)
        yield Different(*icon_choice.choose(np.concatenate([none, *drafts]), count))

    def golden_error(self) -> float:
        """Largest difference between the golden example and what this machine makes of it, in all graphs.

        golden.npz: noise (n, S), words (n, most_words), style, source and guidance (n,); latent (n, S), where the flow
        ends; field (n, 1, side, side), the decoder's of it; encoded (n, S), the encoder's of the field.
        """
        golden = self._golden()
        told = {name: golden[name] for name in ("words", "style", "source")}
        latent = self.flow.lead_told(golden["noise"], told, golden["guidance"])
        made = {"latent": latent, "field": self.decode(golden["latent"]), "encoded": self.encode(golden["field"])}
        return max(float(np.max(np.abs(value - golden[name]))) for name, value in made.items())

    # -- inside ----------------------------------------------------------------------------------------------------

    def _drawn_anew(self, designs: Sequence[Design]) -> Float32:
        signed = self._fields(self.w_of(designs))
        self._drawn_lately.update(zip(designs, signed, strict=True))
        while len(self._drawn_lately) > KEPT:
            self._drawn_lately.popitem(last=False)
        return signed

    def _fields(self, w: Float32) -> Float32:
        field = self.decode(w)[:, 0] * np.float32(self.icons.reach)
        if not np.isfinite(field).all():
            raise DeviceError(
                "The model answered with numbers that are none (NaN). Its file may be damaged: verify it."
            )
        return field

    def _drafts(self, designs: Sequence[Design]) -> Float32:
        """(N, side, side): quick and about right, where nothing but noise and a prompt makes the design."""
        if any(design.place is not None for design in designs):
            return self.fields_of(designs)
        return self._fields(self._from_noise(designs, steps=min(DRAFT_STEPS, self.icons.steps)))

    def _from_noise(self, designs: Sequence[Design], steps: int | None = None) -> Float32:
        z = np.stack([latents.of_design(design, self.latent.size) for design in designs])
        truncation = np.array([design.truncation for design in designs], np.float32)
        return self.flow.lead(z * truncation[:, None], [design.prompt or PLAIN for design in designs], steps=steps)

    def _grow(self, designs: Sequence[Design], fresh: dict[Design, Float32]) -> None:
        """Children, those without children among their ancestors first."""
        ages: dict[Design, int] = {}
        for design in designs:
            _note_ages(design, ages)
        for age in range(1, max(ages.values(), default=0) + 1):
            born = [d for d, a in ages.items() if a == age and _is_child(d) and d not in self._known]
            if born:
                fresh.update(zip(born, self._children(born, fresh), strict=True))

    def _children(self, designs: Sequence[Design], fresh: dict[Design, Float32]) -> list[Float32]:
        crosses = [_cross(design) for design in designs]
        made = [crossed(np.stack([self._w(p, fresh) for p in c.parents]), c.seed, c.index) for c in crosses]
        changed = [n for n, c in enumerate(crosses) if c.amount > 0]
        if changed:
            prompts = [designs[n].prompt or PLAIN for n in changed]
            led = self._changed(np.stack([made[n] for n in changed]), [crosses[n] for n in changed], prompts)
            for n, w in zip(changed, led, strict=True):
                made[n] = w
        return made

    def _changed(self, w: Float32, crosses: Sequence[Cross], prompts: Sequence[Prompt]) -> Float32:
        """(N, S), taken back towards noise to the time 1 - amount, and led from there (SDEdit, Meng et al. 2022)."""
        amount = np.array([cross.amount for cross in crosses], np.float32)
        z = np.stack([noise.latents(cross.seed, [cross.index], self.latent.size)[0] for cross in crosses])
        start = np.float32(1) - amount
        return self.flow.lead(amount[:, None] * z + start[:, None] * w, prompts, start=start)

    def _golden(self) -> Arrays:
        golden = read_arrays(self.package.file("golden"), _GOLDEN)
        count = len(golden["noise"]) if "noise" in golden and golden["noise"].ndim else 0
        of = f"The golden example of “{self.package.name}” does not fit its graphs"
        if count == 0:
            raise PackageError(f"{of}: it has no “noise”, where some rows of it were expected.", Fault.WRONG_SHAPE)
        side, whole, number = self.icons.side, ("int64", (count,)), ("float32", (count, self.latent.size))
        expected: dict[str, tuple[str, tuple[int, ...]]] = {
            **dict.fromkeys(("noise", "latent", "encoded"), number),
            **dict.fromkeys(("style", "source"), whole),
            "words": ("int64", (count, self.icons.most_words)),
            "guidance": ("float32", (count,)),
            "field": ("float32", (count, 1, side, side)),
        }
        for name, (dtype, shape) in expected.items():
            check_array(golden, name, dtype, shape, of=of)
        return golden

    def _check(self, design: Design, depth: int = 0) -> None:
        super()._check(design, depth)
        if (prompt := design.prompt) is None:
            return
        title = self.package.manifest.title
        if prompt.style and prompt.style not in self.icons.styles:
            raise RequestError(
                f"“{title}” has the styles {', '.join(self.icons.styles)}; “{prompt.style}” was asked for."
            )
        if prompt.source and prompt.source not in self._prefixes:
            raise RequestError(f"“{title}” was taught no set “{prompt.source}”; leave the set out or choose another.")
        if not 0 <= prompt.guidance <= MAX_GUIDANCE:
            raise RequestError(f"Guidance goes from 0 to {MAX_GUIDANCE:g}; {prompt.guidance:g} was asked for.")

    def _check_cross(self, cross: Cross) -> None:
        fewest, most = PARENTS
        if not fewest <= len(cross.parents) <= most:
            raise RequestError(f"A child has {fewest} to {most} parents; {len(cross.parents)} were named.")
        if not 0 <= cross.amount <= 1:
            raise RequestError(
                f"The amount by which a child is changed goes from 0 to 1; {cross.amount:g} was asked for."
            )

    @cached_property
    def _prefixes(self) -> frozenset[str]:
        return frozenset(source.prefix for source in self.icons.sources)


def _is_child(design: Design) -> bool:
    return design.place is not None and design.place.cross is not None


def _cross(design: Design) -> Cross:
    assert design.place is not None
    assert design.place.cross is not None
    return design.place.cross


def _note_ages(design: Design, ages: dict[Design, int]) -> int:
    """How many children lie on the longest way down to a seed, this one counted; noted for it and all it is made of."""
    if design.place is None:
        return 0
    if design not in ages:
        below = max((_note_ages(other, ages) for other in made_of(design.place)), default=0)
        ages[design] = below + _is_child(design)
    return ages[design]


_GOLDEN = ("noise", "words", "style", "source", "guidance", "latent", "field", "encoded")
