"""The same design gives the same bytes alone, in any company, on any number of threads and after a restart."""

import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from desktop_app import paths
from desktop_app.engine import packages
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Pictures, Sample, Variation
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.service import Service
from tests import tiny_package

BATCHES = (1, 2, 3, 7, 16, 32, 64)
TINY = ("tiny", "plain", "picky")
SHIPPED = [
    p.name
    for p in packages.discover([paths.bundled_models()])
    if isinstance(p, Package) and "sample" in p.manifest.abilities and p.manifest.icons is None  # test_icon_model.py
]
ROOT = Path(__file__).resolve().parents[2]


def open_by_name(name: str, folder: Path) -> Package:
    makers = {
        "tiny": tiny_package.tiny_package,
        "plain": tiny_package.plain_package,
        "picky": lambda parent: tiny_package.package_with(parent, tiny_package.picky_decoder_graph(), "picky"),
    }
    if name in makers:
        return packages.open_package(makers[name](folder))
    return packages.find(name, [paths.bundled_models()])


@pytest.fixture(scope="module", params=[*TINY, *SHIPPED])
def package(request, tmp_path_factory) -> Package:
    return open_by_name(request.param, tmp_path_factory.mktemp("packages"))


def designs_for(package: Package, count: int) -> list[Design]:
    classes = len(package.manifest.classes)
    return [
        Design(
            seed=n % 5 - 2,
            index=n * 7919 - 3,
            label=n % classes if classes else None,
            truncation=(1.0, 0.7, 0.35)[n % 3],
            variations=(Variation(n, 1, 0.3),) * (n % 4 == 3),
        )
        for n in range(count)
    ]


def test_alone_in_batches_shuffled_and_on_any_number_of_threads(package):
    designs = designs_for(package, 64)
    reference = None
    for threads in (1, 2, 5):
        runtime = Runtime("cpu", threads=threads)
        model = LatentModel(package, runtime)
        for batch in BATCHES if threads == 1 else (1, 7, 64):
            pixels = np.concatenate([model.draw(designs[i : i + batch]) for i in range(0, 64, batch)])
            reference = pixels if reference is None else reference
            assert pixels.tobytes() == reference.tobytes(), f"batches of {batch}, {threads} threads"
        order = list(range(64))
        random.Random(threads).shuffle(order)
        shuffled = model.draw([designs[n] for n in order])
        assert shuffled.tobytes() == reference[order].tobytes(), f"shuffled, {threads} threads"
        runtime.close()
    assert len({picture.tobytes() for picture in reference}) > 32


def test_floats_too(package):
    """Not only pixels: what the graphs give is equal to the bit, so nothing hangs on where the rounding falls."""
    z = np.random.default_rng(0).standard_normal((64, package.manifest.latent.size)).astype(np.float32)
    label = np.arange(64) % max(1, len(package.manifest.classes))
    truncation = np.linspace(0.3, 1, 64, dtype=np.float32)
    seen = set()
    for threads in (1, 4):
        runtime = Runtime("cpu", threads=threads)
        model = LatentModel(package, runtime)
        for batch in (1, 3, 64):
            parts = [slice(i, i + batch) for i in range(0, 64, batch)]
            x = np.concatenate([model.decode(model.to_w(z[p], label[p], truncation[p])) for p in parts])
            seen.add(hashlib.sha256(x.tobytes()).hexdigest())
        runtime.close()
    assert len(seen) == 1


def test_the_measure_itself_sees_a_difference(tmp_path):
    """Run as one batch the same graph does not give the same bits: the tests above can fail."""
    runtime = Runtime("cpu", threads=2)
    model = LatentModel(open_by_name("picky", tmp_path), runtime)
    w = np.random.default_rng(0).standard_normal((64, tiny_package.W)).astype(np.float32)
    one_run = model._decoder.run_batch({"w": w})["image"]
    alone = np.concatenate([model._decoder.run_batch({"w": w[i : i + 1]})["image"] for i in range(64)])
    runtime.close()
    assert one_run == pytest.approx(alone, abs=1e-4)
    if one_run.tobytes() == alone.tobytes():
        pytest.skip("this processor's kernels add in one order")


CHILD = """
import sys; sys.path.insert(0, sys.argv[1])
import hashlib, json
from pathlib import Path
import msgspec
from desktop_app.engine import packages
from desktop_app.engine.requests import Design, Sample
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.service import Service
package = packages.open_package(Path(sys.argv[2]))
designs = msgspec.json.decode(sys.argv[3], type=tuple[Design, ...])
service = Service(Runtime("cpu", threads=int(sys.argv[4])))
updates = service.run(Sample(package.ref, designs, chunk=int(sys.argv[5])))
print(hashlib.sha256(b"".join(u.pixels.tobytes() for u in updates if hasattr(u, "pixels"))).hexdigest())
"""


def test_after_a_restart(package, runtime):
    import msgspec

    designs = tuple(designs_for(package, 20))
    runtime.begin()
    updates = Service(runtime).run(Sample(package.ref, designs, chunk=20))
    here = hashlib.sha256(b"".join(u.pixels.tobytes() for u in updates if isinstance(u, Pictures))).hexdigest()
    data = msgspec.json.encode(designs).decode()
    command = [sys.executable, "-c", CHILD, str(ROOT), str(package.folder), data, "3", "7"]
    assert subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip() == here


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_packages_are_whole(name):
    package = packages.find(name, [paths.bundled_models()])
    packages.check_files(package)
    assert json.loads((package.folder / "manifest.json").read_bytes())["name"] == name
