"""What samples are measured beside: real pictures, their floor, the ladder of damage, simpler generators.

All of it depends on the data, the nets, the number of pictures and the seed alone, so it is kept for the next package.
"""

import dataclasses
import functools
import pathlib
from typing import Any

import numpy as np

from desktop_app.engine import packages
from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from export import generator_scores as scores
from export.data import Dataset
from export.evaluation import Column, Extrapolation, Rung
from export.judges import GROUPS, Judges, Look
from export.kept import Kept, sha256_of_graphs, sha256_of_pictures
from export.ladder import Damage, Pool, steps
from export.memorisation import NEAR, Closest, closest
from export.progress import Progress
from export.samples import asked_classes, draw, draw_plain

BASELINES = {"mnist": ("digits-dcgan", "digits-vae"), "fashion-mnist": ("fashion-vae",)}  # of an autoencoder: N(0, I)
REMEMBERED = 1000  # pictures whose nearest training picture is looked for
WEIGHTS = {  # seconds on two cores, roughly, for 10,000 pictures of 28 x 28
    "drawing": 10.0,
    "looking": 8.0,
    "measuring": 8.0,
    "real pictures": 14.0,
    "floor": 16.0,
    "ladder": 140.0,
    "baselines": 40.0,
    "nearest training pictures": 16.0,
    "nearest of real pictures": 16.0,
    "extrapolating": 4.0,
}


@dataclasses.dataclass(frozen=True)
class Bench:
    dataset: str
    train: Dataset
    test: Dataset
    judges: Judges
    count: int
    seed: int
    models: pathlib.Path
    kept: Kept
    progress: Progress

    @functools.cached_property
    def depends(self) -> dict[str, Any]:
        """What every kept result hangs on."""
        return {
            "train": sha256_of_pictures(self.train.images, self.train.labels),
            "test": sha256_of_pictures(self.test.images, self.test.labels),
            "nets": [net.sha256 for net in self.judges.nets],
            "count": self.count,
            "seed": self.seed,
        }

    @functools.cached_property
    def pool(self) -> Pool:
        rng = np.random.Generator(np.random.Philox(key=self.seed))
        order = rng.permutation(len(self.train.images))
        return Pool(self.train.images, self.train.labels, order, self.count, self.seed)

    def key(self, what: str, **more: Any) -> dict[str, Any]:
        """What one kept result hangs on."""
        return {**self.depends, "what": what, **more}

    def foretell(self, package: Package) -> None:
        """Tell the progress which parts are kept from before."""
        ladder = [
            self.key("ladder", damage=damage.name, amount=amount)
            for damage, amounts in steps(len(self.judges.classes))
            for amount in amounts
        ]
        others = [
            self.key("baseline", package=sha256_of_graphs(other.manifest)) for other in self.baseline_packages(package)
        ]
        parts = {"floor": [self.key("floor")], "ladder": ladder, "baselines": others}
        for part, keys in {**parts, "nearest of real pictures": [self.key("remembered")]}.items():
            self.progress.shorten(part, sum(map(self.kept.has, keys)) / max(1, len(keys)))
        self.progress.shorten("real pictures", self.kept.has(self.key("real"), ".npz"))

    # -- samples ---------------------------------------------------------------------------------------------------

    def samples(self, package: Package) -> tuple[np.ndarray, Look]:
        """(pictures, what the nets make of them). Raises ExportError where there is nothing to measure."""
        self.progress.begin("drawing")
        tell, runtime = self.progress.tell, self.judges.runtime
        pictures = draw(package, runtime, seed=self.seed, count=self.count, tell=tell)
        scores.check_pictures(pictures, package.name)
        self.progress.begin("looking")
        return pictures, self.judges.look(pictures, tell=tell)

    def asked(self, package: Package) -> np.ndarray | None:
        return asked_classes(package, self.count)

    # -- real pictures ---------------------------------------------------------------------------------------------

    @functools.cached_property
    def real(self) -> scores.Real:
        """The test split, looked at."""
        self.progress.begin("real pictures")
        kept = self.kept.arrays(self.key("real"), self._look_at_real)
        look = Look(kept["logits"], {group: kept[group] for group in GROUPS})
        return scores.Real(look, self.test.labels, {group: kept[f"{group}, radii"] for group in GROUPS})

    def _look_at_real(self) -> dict[str, np.ndarray]:
        look = self.judges.look(self.test.images, tell=self.progress.tell)
        real = scores.real_side(look, self.test.labels)
        radii = {f"{group}, radii": values for group, values in real.radii.items()}
        return {"logits": look.logits, **look.features, **radii}

    # -- floor -----------------------------------------------------------------------------------------------------

    def floor(self) -> scores.Measured:
        """As many real training pictures in the place of samples; the test split where the classifier alone speaks."""
        real = self.real
        self.progress.begin("floor")

        def make() -> scores.Measured:
            look = self.judges.look(self.train.images[self.pool.chosen], tell=self.progress.tell)
            found = scores.judged(real.look, real, seed=self.seed, asked=self.test.labels)
            found[scores.BALANCE] = scores.judged(look, real, seed=self.seed, asked=None)[scores.BALANCE]
            found |= scores.distances(look, real, seed=self.seed)
            return found | limits(
                scores.inception_extrapolation(real.look, seed=self.seed),
                *scores.frechet_extrapolations(look, real, seed=self.seed),
            )

        return self.kept.plain(self.key("floor"), make)

    # -- ladder ----------------------------------------------------------------------------------------------------

    def ladder(self, floor: scores.Measured) -> tuple[Rung, ...]:
        """Each damage from none, which is the floor, to much."""
        real, ladder = self.real, steps(len(self.judges.classes))
        self.progress.begin("ladder")
        rows = [(damage, amount) for damage, amounts in ladder for amount in amounts]
        found = {
            (damage.name, amount): self._step(damage, amount, real, at=n, of=len(rows))
            for n, (damage, amount) in enumerate(rows)
        }
        names = [scores.named(what, group) for group in GROUPS for what in scores.CLIMBING]
        return tuple(
            Rung(
                damage.name,
                damage.unit,
                (0.0, *amounts),
                {name: (floor[name], *(found[damage.name, a][name] for a in amounts)) for name in names},
            )
            for damage, amounts in ladder
        )

    def _step(self, damage: Damage, amount: float, real: scores.Real, *, at: int, of: int) -> scores.Measured:
        def make() -> scores.Measured:
            pictures = damage.apply(self.pool, amount)
            look = self.judges.look(
                pictures, tell=lambda done, total: self.progress.tell(at * total + done // 2, of * total)
            )
            return scores.distances(look, real, seed=self.seed, subsets=scores.FEW_SUBSETS)

        return self.kept.plain(self.key("ladder", damage=damage.name, amount=amount), make)

    # -- baselines -------------------------------------------------------------------------------------------------

    def baselines(self, package: Package) -> tuple[Column, ...]:
        """Their figures beside those of a package."""
        others = self.baseline_packages(package)
        self.progress.begin("baselines")
        return tuple(self._column(other, at=n, of=len(others)) for n, other in enumerate(others))

    def baseline_packages(self, package: Package) -> list[Package]:
        """The simpler generators of this data set, without the package unless it has a prior to leave out."""
        usual = [self._open_baseline(name) for name in BASELINES.get(self.dataset, ())]
        found = {other.name: other for other in usual if other is not None}
        if package.can_encode:
            return list({**found, package.name: package}.values())
        return [other for other in found.values() if other.name != package.name]

    def _open_baseline(self, name: str) -> Package | None:
        try:
            return packages.open_package(self.models / name)
        except StudioError:
            return None  # a baseline is welcome, not needed

    def _column(self, package: Package, *, at: int, of: int) -> Column:
        """A package's figures; an autoencoder's with N(0, I) in the place of its fitted prior."""
        real = self.real

        def tell(done: int, total: int) -> None:
            self.progress.tell(at * total + done // 2, of * total)

        def make() -> scores.Measured:
            sample = draw_plain if package.can_encode else draw
            pictures = sample(package, self.judges.runtime, seed=self.seed, count=self.count, tell=tell)
            look = self.judges.look(pictures)
            found = scores.judged(look, real, seed=self.seed, asked=None)
            return found | scores.distances(look, real, seed=self.seed)

        key = self.key("baseline", package=sha256_of_graphs(package.manifest))
        values = scores.without_spreads(self.kept.plain(key, make))
        if package.can_encode:
            return Column(f"{package.name}, N(0, I)", values, "past the fitted prior, so that no class is asked for")
        return Column(package.name, values, package.manifest.summary)

    # -- memorisation ----------------------------------------------------------------------------------------------

    def remembered(self, pictures: np.ndarray) -> Closest:
        self.progress.begin("nearest training pictures")
        return closest(pictures[:REMEMBERED], self.train.images, tell=self.progress.tell)

    def remembered_floor(self) -> scores.Measured:
        """The same of pictures of the test split, drawn at random."""
        self.progress.begin("nearest of real pictures")

        def make() -> scores.Measured:
            rng = np.random.Generator(np.random.Philox(key=self.seed))
            chosen = rng.permutation(len(self.test.images))[: min(REMEMBERED, self.count)]
            return remembered_figures(closest(self.test.images[chosen], self.train.images, tell=self.progress.tell))

        return self.kept.plain(self.key("remembered"), make)


def remembered_figures(found: Closest) -> scores.Measured:
    return {scores.COPIES: found.share(NEAR), scores.NEARER: found.share(1.0)}


def limits(*found: Extrapolation) -> scores.Measured:
    return {scores.extrapolated(extrapolation.name): extrapolation.limit for extrapolation in found}
