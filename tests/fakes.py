"""Stand-ins for the engine: an engine that draws coloured tiles, a host without a process, a queue without a thread."""

import hashlib
import queue
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import msgspec
import numpy as np

from desktop_app.engine.array_file import open_array
from desktop_app.engine.covering import covers, mean_fall
from desktop_app.engine.errors import Cancelled, StudioError
from desktop_app.engine.manifest import (
    Classifier,
    Direction,
    FileEntry,
    Graph,
    Latent,
    MadeBy,
    Manifest,
    Picture,
    Restoration,
    Space,
    Tensor,
    TextKind,
    TextModel,
    TrainingData,
)
from desktop_app.engine.packages import MANIFEST, Package, open_package
from desktop_app.engine.requests import (
    CheckedUp,
    CheckUp,
    Classified,
    Classify,
    DescribeDevice,
    Design,
    Device,
    Differ,
    Different,
    Explain,
    Explained,
    Fields,
    Find,
    Found,
    Latents,
    Learn,
    Locate,
    Located,
    MapData,
    PackageRef,
    Part,
    Pictures,
    Pixels,
    Progress,
    ReadLatents,
    ReadMap,
    Request,
    Resemblances,
    Resemble,
    Restore,
    Restored,
    Sample,
    Taste,
    Trace,
    Update,
    Verified,
    Verify,
)
from desktop_app.engine.text_requests import Alternative, Began, Closed, Complete, Piece, Weigh, Weighed, Wrote
from desktop_app.studio import wire
from desktop_app.studio.host import OnGone, OnMessage
from desktop_app.studio.jobs import Job, QueueState
from tests.fake_icons import icon_field, icon_pictures, latents_of, makes_icons, resemblance_of
from tests.fake_icons import write_icons as write_icons

DEVICE = Device(asked="auto", obtained="cpu", name="Fake processor", reason="", runtime="1.31.0", threads=2)
SIDE = 28


def picture(design: Design, *, side: int = SIDE, channels: int = 1) -> Pixels:
    """(side, side, channels): a soft blob whose place and tone depend on every field of the design."""
    digest = hashlib.blake2b(msgspec.json.encode(design), digest_size=8).digest()
    rng = np.random.default_rng(int.from_bytes(digest))
    y, x = np.mgrid[0:side, 0:side] / side
    tones = []
    for _ in range(channels):
        cx, cy, r = rng.uniform(0.3, 0.7, 3)
        blob = np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (0.02 + 0.1 * r * max(design.truncation, 0.05)))
        tones.append(40 + 200 * blob + rng.uniform(0, 15))
    return np.clip(np.stack(tones, axis=-1), 0, 255).astype(np.uint8)


def spot_of(design: Design) -> np.ndarray:
    """Where the fake engine puts a design on its map, (2,) in -2..2; a design of a spot lies there."""
    if design.place is not None and design.place.spot is not None:
        return np.array(design.place.spot, np.float32)
    digest = hashlib.blake2b(msgspec.json.encode(design), digest_size=8).digest()
    return np.random.default_rng(int.from_bytes(digest)).uniform(-2, 2, 2).astype(np.float32)


def probabilities_of(picture: Pixels) -> np.ndarray:
    """(10,) float32: what the fake engine takes a picture for, by its mean alone."""
    logits = np.zeros(10, np.float32)
    logits[int(picture.mean()) % 10] = 4.0
    return np.exp(logits) / np.exp(logits).sum()


WORDS = ("a", "lamp", "chair", "light", "quiet", "bright", "oak", "and", "small", "the", "warm", "made", "of", "glass")


def token_of(seed: int, branch: int, place: int) -> int:
    """The word that the fake engine writes there."""
    return hashlib.blake2b(f"{seed} {branch} {place}".encode(), digest_size=2).digest()[0] % len(WORDS)


def others(token: int) -> tuple[Alternative, ...]:
    """All words of the fake engine but for none, the given one first."""
    order = [token, *(n for n in range(len(WORDS)) if n != token)]
    return tuple(Alternative(n, " " + WORDS[n], 0.5 / 2**place) for place, n in enumerate(order))


def map_data() -> MapData:
    """Sixty dots of ten classes on a circle."""
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    points = 1.5 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return MapData((-2.0, -2.0), (2.0, 2.0), points.astype(np.float32), (np.arange(60) // 6).astype(np.int16))


@dataclass
class FakeEngine:
    """Answers requests as the engine does. `failures` holds what the next requests raise, one each."""

    seconds_a_tile: float = 0.0
    seconds_a_token: float = 0.0
    channels: int = 1
    cheap: bool = False  # all tiles alike, for measurements of the window alone
    failures: list[StudioError] = field(default_factory=list)
    hang: threading.Event | None = None  # set: requests wait for it
    checked_up: dict[str, object] = field(default_factory=dict)  # what a check-up finds besides
    served: list[Request] = field(default_factory=list)

    def run(self, request: Request) -> Iterator[Update]:
        self.served.append(request)
        if self.hang is not None:
            self.hang.wait()
        if self.failures:
            raise self.failures.pop(0)
        match request:
            case Sample():
                yield from self._sample(request)
            case Verify():
                yield Verified("fake", 0.0, 1e-4, 1.0)
            case DescribeDevice():
                yield DEVICE
            case Find():
                yield from self._find(request)
            case Locate():
                yield Located(0, np.stack([spot_of(design) for design in request.designs]))
            case ReadMap():
                yield map_data()
            case Learn():
                yield Taste((Part(0.5, request.liked[0]), Part(-0.5, Design(9, 9))), 0.8)
            case Restore():
                yield from self._restore(request)
            case CheckUp():
                yield from self._check_up(request)
            case Classify():
                yield from self._classify(request)
            case Explain():
                yield from self._explain(request)
            case Complete():
                yield from self._complete(request)
            case Weigh():
                yield from self._weigh(request)
            case Trace():
                yield from self._trace(request)
            case ReadLatents():
                yield Latents(0, latents_of(request.designs))
            case Resemble():
                yield Resemblances(0, tuple(resemblance_of(design) for design in request.designs))
            case Differ():
                yield from self._differ(request)

    def _check_up(self, request: CheckUp) -> Iterator[Update]:
        """Sound figures of whatever it is, but for what `checked_up` says."""
        manifest = open_package(Path(request.package.folder), any_folder_name=True).manifest
        kind = "restorer" if manifest.restoration else "classifier" if manifest.classifier else "generator"
        if manifest.text:
            texts = ("A quiet lamp.", "A bright chair.")
            yield CheckedUp("writer", np.zeros((0, 1, 1, 1), np.uint8), 9.5, 12.0, 3 * 2**20, 0.0, 0.9, texts=texts)
            return
        pictures = self._draw(tuple(Design(request.seed, n) for n in range(request.count)), request.package)
        yield Progress("Checking up", request.count, request.count)
        sound = CheckedUp(kind, pictures, 2.1, 12.0, 3 * 2**20, 0.0, 90.0)
        yield msgspec.structs.replace(sound, **self.checked_up)

    def _find(self, request: Find) -> Iterator[Update]:
        for number in range(1, 4):
            yield Progress("Searching", number, 3)
            yield Found((0.5, -0.25, float(number)), request.picture // number, 30.0 / number, "search")

    def _restore(self, request: Restore) -> Iterator[Update]:
        """Every pixel halfway to middle grey, what is masked white; the scale is that of the manifest."""
        whole = open_array(request.picture)
        mask = open_array(request.mask) if request.mask is not None else None
        scale = open_package(Path(request.package.folder)).manifest.restoration.scale  # type: ignore[union-attr]
        top, left, bottom, right = request.window or (0, 0, *whole.shape[:2])
        total, done = (bottom - top) * (right - left), 0
        middle = int(np.iinfo(whole.dtype).max) // 2
        for y in range(top, bottom, request.tile):
            for x in range(left, right, request.tile):
                box = np.s_[y : min(y + request.tile, bottom), x : min(x + request.tile, right)]
                time.sleep(self.seconds_a_tile)
                part = ((whole[box].astype(np.int64) + middle) // 2).astype(whole.dtype)
                if mask is not None:
                    part = np.where(mask[box] > 0, np.iinfo(whole.dtype).max, part).astype(whole.dtype)
                yield Restored(y * scale, x * scale, part.repeat(scale, axis=0).repeat(scale, axis=1), request.tile)
                done += part.shape[0] * part.shape[1]
                yield Progress("Cleaning", done, total)

    def _classify(self, request: Classify) -> Iterator[Update]:
        answers = np.stack([probabilities_of(picture) for picture in request.pictures])
        yield Classified(0, answers, np.zeros((len(answers), 8), np.float32))
        yield Progress("Looking", len(answers), len(answers))

    def _explain(self, request: Explain) -> Iterator[Update]:
        """Where the picture is light, it speaks for the class; covering it counts as much as it is light."""
        probabilities = probabilities_of(request.picture)
        label = int(probabilities.argmax()) if request.label is None else request.label
        light = request.picture.mean(axis=2, dtype=np.float32) / 255
        every = np.stack([(light[::4, ::4] - light.mean()) * (1 if n == label else -0.5) for n in range(10)])
        yield Explained(probabilities, label, every[label], every)
        yield Progress("Covering", 1, 2)
        masks = covers(*light.shape)
        under = np.tensordot(masks, light, axes=2) / masks.sum(axis=(1, 2))
        falls = np.stack([under * (1 if n == label else -0.5) for n in range(10)], axis=1).astype(np.float32)
        yield Explained(probabilities, label, every[label], every, mean_fall(falls[:, label], masks), falls)

    def _complete(self, request: Complete) -> Iterator[Update]:
        """Words of a small dictionary, drawn from seed, branch and place alone; a chosen first token is one of them."""
        known = len(request.prompt.split()) + sum(len(m.text.split()) for m in request.messages)
        yield Progress("Reading", known, known)
        yield Began(known, 0, 0, 512 - known)
        yield Progress("Writing", 0, request.tokens)
        for place in range(request.tokens):
            for branch in range(request.count):
                time.sleep(self.seconds_a_token)
                chosen = request.first[place] if place < len(request.first) else None
                token = token_of(request.seed, branch, place) if chosen is None else chosen
                yield Wrote(branch, token, " " + WORDS[token], 0.5, others(token)[: request.alternatives])
        for branch in range(request.count):
            yield Closed(branch, "length")

    def _weigh(self, request: Weigh) -> Iterator[Update]:
        """Each word with the space before it is a token; longer words are less probable."""
        pieces = []
        for number, word in enumerate(re.finditer(r"\s*\S+", request.text)):
            probability = 1 / len(word[0]) if number else None
            others_here = others(number % len(WORDS))[: request.alternatives]
            pieces.append(Piece(word.start(), word.end(), number % len(WORDS), probability, others_here))
        yield Progress("Weighing", len(pieces), len(pieces))
        yield Weighed(tuple(pieces))

    def _trace(self, request: Trace) -> Iterator[Update]:
        total = len(request.designs)
        for first in range(0, total, request.chunk):
            designs = request.designs[first : first + request.chunk]
            time.sleep(self.seconds_a_tile * len(designs))
            yield Fields(first, np.stack([icon_field(design) for design in designs]))
            yield Progress("Tracing", min(first + request.chunk, total), total)

    def _differ(self, request: Differ) -> Iterator[Update]:
        """Every so manieth of them; three were twins."""
        total = len(request.designs)
        yield Progress("Drafting", total, total)
        yield Different(tuple(range(0, total, max(1, total // request.count)))[: request.count], 3)

    def _draw(self, designs: tuple[Design, ...], package: PackageRef | None = None) -> Pixels:
        if self.cheap and len(designs) > 1:
            return np.repeat(self._draw(designs[:1], package), len(designs), axis=0)
        if package is not None and makes_icons(package):
            return icon_pictures(designs)
        return np.stack([picture(d, channels=self.channels) for d in designs])

    def _sample(self, request: Sample) -> Iterator[Update]:
        total = len(request.designs)
        for first in range(0, total, request.chunk):
            designs = request.designs[first : first + request.chunk]
            time.sleep(self.seconds_a_tile * len(designs))
            yield Pictures(first, self._draw(designs, request.package))
            yield Progress("Sampling", min(first + request.chunk, total), total)


class FakeHost:
    """Runs a FakeEngine on a thread, behind the same interface as the engine's process. `die` is its crash."""

    def __init__(self, engine: FakeEngine | None = None) -> None:
        self.engine = engine or FakeEngine()
        self.starts = 0
        self._inbox: queue.SimpleQueue[wire.ToEngine | None] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._thread: threading.Thread | None = None
        self._on_gone: OnGone | None = None
        self._alive = False

    @property
    def pid(self) -> int | None:
        return 4242 if self._alive else None

    def start(self, on_message: OnMessage, on_gone: OnGone) -> None:
        self.starts += 1
        self._inbox = queue.SimpleQueue()
        self._on_gone, self._alive = on_gone, True
        self._thread = threading.Thread(
            target=self._loop, args=(self._inbox, on_message, on_gone), name="fake-engine", daemon=True
        )
        self._thread.start()

    def send(self, message: wire.ToEngine) -> None:
        if isinstance(message, wire.Cancel):
            self._cancelled.add(message.job)
        self._inbox.put(message)

    def die(self) -> None:
        """End as a crashed process does."""
        self.kill()

    def kill(self) -> None:
        self._alive = False
        if self.engine.hang is not None:
            self.engine.hang.set()
        self._inbox.put(None)

    def stop(self) -> None:
        self.kill()
        if self._thread is not None:
            self._thread.join()

    def _loop(self, inbox, on_message: OnMessage, on_gone: OnGone) -> None:  # type: ignore[no-untyped-def]
        on_message(wire.Ready(DEVICE, 4242))
        while (message := inbox.get()) is not None and not isinstance(message, wire.Quit):
            if isinstance(message, wire.Run):
                ended = self._run(message, on_message)
                if not self._alive:
                    break
                on_message(ended)
        self._alive = False
        on_gone(-9)

    def _run(self, message: wire.Run, on_message: OnMessage) -> wire.Ended:
        try:
            for update in self.engine.run(message.request):
                if message.job in self._cancelled:
                    raise Cancelled
                if not self._alive:
                    break
                on_message(wire.Event(message.job, update))
        except StudioError as error:
            fault = str(getattr(error, "fault", ""))
            return wire.Ended(message.job, type(error).__name__, error.message, fault, 90 * 2**20, DEVICE)
        return wire.Ended(message.job, resident_bytes=90 * 2**20, device=DEVICE)


class ImmediateQueue:
    """The queue's interface, run at once on the caller's thread. `pause` holds jobs back until `run_waiting`."""

    def __init__(self, engine: FakeEngine | None = None) -> None:
        self.engine = engine or FakeEngine()
        self.waiting: list[Job] = []
        self.paused = False
        self.cancelled: list[Job] = []
        self.force_stops = 0
        self._ids = count(1)
        self._listeners: list[Callable[[QueueState], None]] = []
        self.state = QueueState(engine="ready", device=DEVICE)

    def listen(self, callback: Callable[[QueueState], None]) -> None:
        self._listeners.append(callback)
        callback(self.state)

    def tell(self, state: QueueState) -> None:
        self.state = state
        for listener in self._listeners:
            listener(state)

    def submit(  # type: ignore[no-untyped-def]
        self, request: Request, *, slot: str, on_update, on_done, on_error, replace: bool = False
    ) -> Job:
        job = Job(next(self._ids), slot, request, on_update, on_done, on_error)
        for older in [j for j in self.waiting if j.slot == slot]:
            self.waiting.remove(older)
            older.state = "cancelled"
        self.waiting.append(job)
        if not self.paused:
            self.run_waiting()
        return job

    def run_waiting(self) -> None:
        while self.waiting:
            self._run(self.waiting.pop(0))

    def cancel(self, job: Job) -> None:
        self.cancelled.append(job)

    def cancel_all(self) -> None:
        self.waiting.clear()

    def force_stop(self) -> None:
        self.force_stops += 1

    def shutdown(self) -> None:
        self.waiting.clear()

    def _run(self, job: Job) -> None:
        job.state, job.started = "running", time.monotonic()
        try:
            for update in self.engine.run(job.request):
                job.on_update(job, update)
        except StudioError as error:
            job.state = "failed"
            job.on_error(job, error)
            return
        job.state = "done"
        job.on_done(job)


SPACE = Space(
    (
        Direction("Slant", "named", "leaning left", "leaning right", change=12.0, fit=0.7),
        Direction("Towards 3", "named", "away", "3", change=20.0, fit=0.6),
        Direction("Axis 1", "pca", change=25.0, share=0.18),
    ),
    (-2.0, -2.0),
    (2.0, 2.0),
    60,
)


def write_package(
    parent: Path,
    name: str = "fake-digits",
    *,
    title: str = "Fake digits",
    classes: tuple[str, ...] = tuple("0123456789"),
    channels: int = 1,
    space: Space | None = None,
) -> Package:
    """A package folder whose manifest is right; its graph is a stand-in that no runtime ever opens."""
    folder = parent / name
    folder.mkdir(parents=True)
    (folder / "decoder.onnx").write_bytes(b"stand-in")
    z = Tensor("z", "float32", ("N", 8))
    x = Tensor("image", "float32", ("N", channels, SIDE, SIDE))
    manifest = Manifest(
        name=name,
        title=title,
        summary="Soft blobs, one for each seed, to try the window with.",
        version="1.0.0",
        abilities=("sample",),
        files={
            "decoder": FileEntry("decoder.onnx", 8, "0" * 64),
            "golden": FileEntry("golden.npz", 8, "0" * 64),
            **({"space": FileEntry("space.npz", 8, "0" * 64)} if space else {}),
        },
        graphs={"decoder": Graph("decoder", (z,), (x,))},
        latent=Latent(8),
        picture=Picture(channels, SIDE, SIDE, -1.0, 1.0),  # type: ignore[arg-type]
        classes=classes,
        opset=20,
        tolerance=1e-4,
        licence="CC0-1.0",
        commercial_use="yes",
        made_by=MadeBy("fake", "none", "0", "2026-01-01", "none", 0.0),
        space=space,
    )
    (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return open_package(folder)


def write_restorer(
    parent: Path,
    name: str = "fake-denoise",
    *,
    title: str = "Fake cleaning",
    ability: str = "denoise",
    channels: int = 3,
    scale: int = 1,
    side: int | None = None,
) -> Package:
    """A package folder that denoises, upscales or inpaints; its graph is a stand-in that no runtime ever opens."""
    folder = parent / name
    folder.mkdir(parents=True)
    (folder / "restorer.onnx").write_bytes(b"stand-in")
    taken, given = ((side, side), (side, side)) if side else (("H", "W"), ("H2", "W2"))
    image = Tensor("image", "float32", ("N", channels, *taken))
    mask = (Tensor("mask", "float32", ("N", 1, *taken)),) if ability == "inpaint" else ()
    manifest = Manifest(
        name=name,
        title=title,
        summary="Halfway to grey, to try the window with.",
        version="1.0.0",
        abilities=(ability,),  # type: ignore[arg-type]
        files={
            "restorer": FileEntry("restorer.onnx", 8, "0" * 64),
            "golden": FileEntry("golden.npz", 8, "0" * 64),
        },
        graphs={
            "restorer": Graph("restorer", (image, *mask), (Tensor("restored", "float32", ("N", channels, *given)),))
        },
        restoration=Restoration(channels, scale, cell=side or 8, border=0 if side else 32, side=side),  # type: ignore[arg-type]
        opset=20,
        tolerance=1e-3,
        licence="CC0-1.0",
        commercial_use="yes",
        made_by=MadeBy("fake", "none", "0", "2026-01-01", "none", 0.0),
    )
    (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return open_package(folder)


def write_writer(
    parent: Path,
    name: str = "fake-writer",
    *,
    title: str = "Fake writer",
    context: int = 512,
    kinds: tuple[TextKind, ...] = (),
    chat: bool = False,
) -> Package:
    """A package folder that completes text; its graph is a stand-in that no runtime ever opens."""
    folder = parent / name
    folder.mkdir(parents=True)
    names = {"text": "text.onnx", "tokenizer": "tokenizer.json"} | ({"chat_template": "chat.jinja"} if chat else {})
    for file in names.values():
        (folder / file).write_bytes(b"stand-in")
    cache = [(f"{n}.{side}", ("B", 2, "P", 16)) for n in range(2) for side in ("key", "value")]
    takes = (Tensor("input_ids", "int64", ("B", "T")), Tensor("attention_mask", "int64", ("B", "S")))
    graph = Graph(
        "text",
        (*takes, *(Tensor(f"past_key_values.{n}", "float32", shape) for n, shape in cache)),
        (
            Tensor("logits", "float32", ("B", "T", len(WORDS))),
            *(Tensor(f"present.{n}", "float32", shape) for n, shape in cache),
        ),
    )
    manifest = Manifest(
        name=name,
        title=title,
        summary="Writes words of a small dictionary, to try the window with.",
        version="1.0.0",
        abilities=("complete",),
        files={role: FileEntry(file, 8, "0" * 64) for role, file in names.items()},
        graphs={"text": graph},
        text=TextModel(context, len(WORDS), 2, 2, 16, True, kinds=kinds),
        opset=20,
        tolerance=1e-3,
        licence="CC0-1.0",
        commercial_use="yes",
        made_by=MadeBy("fake", "none", "0", "2026-01-01", "none", 0.0),
    )
    (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return open_package(folder)


def write_classifier(
    parent: Path,
    name: str = "fake-judge",
    *,
    title: str = "Fake judge",
    classes: tuple[str, ...] = tuple("0123456789"),
    channels: int = 1,
    data: str = "",
) -> Package:
    """A package folder that tells classes apart; its graph is a stand-in that no runtime ever opens."""
    folder = parent / name
    folder.mkdir(parents=True)
    (folder / "classifier.onnx").write_bytes(b"stand-in")
    grid, count = SIDE // 4, len(classes)
    gives = {"logits": (count,), "evidence": (count, grid, grid), "features": (8,)}
    graph = Graph(
        "classifier",
        (Tensor("image", "float32", ("N", channels, SIDE, SIDE)),),
        tuple(Tensor(output, "float32", ("N", *shape)) for output, shape in gives.items()),
    )
    manifest = Manifest(
        name=name,
        title=title,
        summary="Guesses from the mean, to try the window with.",
        version="1.0.0",
        abilities=("classify",),
        files={
            "classifier": FileEntry("classifier.onnx", 8, "0" * 64),
            "golden": FileEntry("golden.npz", 8, "0" * 64),
        },
        graphs={"classifier": graph},
        picture=Picture(channels, SIDE, SIDE, -1.0, 1.0),  # type: ignore[arg-type]
        classes=classes,
        classifier=Classifier(8, (grid, grid)),
        opset=20,
        tolerance=1e-4,
        licence="CC0-1.0",
        commercial_use="yes",
        training_data=(TrainingData(data, "CC0-1.0", 60, "0" * 64),) if data else (),
        made_by=MadeBy("fake", "none", "0", "2026-01-01", "none", 0.0),
    )
    (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return open_package(folder)
