"""Films as files: whole or not at all, frame after frame, with no thread of their own.

    with Film(path, options, shape=(28, 28, 1), frames=48, made=recipe) as film:
        for frame in ...:
            film.add(frame)
        film.finish(on_progress)

MP4 and PNG frames are encoded while they come. For the others Pillow reads all frames at the end, from a temporary file
where they are many. Everything is written beside the path under a name of its own, which it gives up at the end;
leaving the block earlier, by whatever exception, leaves nothing behind. `on_progress` may raise Cancelled.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np

from desktop_app.engine.errors import FileError, StudioError
from desktop_app.engine.requests import Pixels
from desktop_app.studio import film_pillow, film_video, recipe, svg_film
from desktop_app.studio.film_options import FilmOptions, check, presented
from desktop_app.studio.film_recipe import IN_FOLDER, FilmRecipe, encode

HELD_BYTES = 64 * 2**20  # of frames in memory, before they go to a temporary file

OnProgress = Callable[[int, int], None]
FrameRecipe = Callable[[int], recipe.Recipe | None]


def _quiet(_done: int, _total: int) -> None:
    pass


class Writer(Protocol):
    """One way to make a file of frames (H, W, C)."""

    def add(self, frame: Pixels) -> None: ...
    def finish(self, on_progress: OnProgress) -> None: ...
    def drop(self) -> None: ...


class Film:
    """A film on its way to a path. Raises RequestError for what cannot be made and FileError for what cannot be kept.

    shape: of one drawn frame, (H, W, C). frames: how many will be added.
    made: the recipe that goes into it, or None for no word about how it was made.
    frame_recipe: the recipe of the picture of a number, for a folder of frames as they were drawn.
    """

    def __init__(
        self,
        path: Path,
        options: FilmOptions,
        *,
        shape: tuple[int, int, int],
        frames: int,
        made: FilmRecipe | None,
        frame_recipe: FrameRecipe | None = None,
        overwrite: bool = False,
    ) -> None:
        check(options, shape, frames)
        refuse_existing(path, options, overwrite=overwrite)
        self.path = path
        self._options, self._shape, self._frames = options, shape, frames
        self._made, self._frame_recipe = made, frame_recipe
        self._added = 0
        self._part = path.with_name(f".{secrets.token_hex(8)}.part")
        self._done = False
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = self._open()

    def add(self, frame: Pixels) -> None:
        """The next frame as it was drawn, (H, W, C) uint8; of an SVG animation its field, (side, side, 1) float32."""
        dtype = np.float32 if self._options.format == "svg" else np.uint8
        if frame.shape != self._shape or frame.dtype != dtype or self._added >= self._frames:
            raise ValueError(f"frame {self._added} is {frame.dtype} {frame.shape}, expected {self._shape}")
        with _told(self.path):
            self._writer.add(frame)
        self._added += 1

    def finish(self, on_progress: OnProgress = _quiet) -> None:
        """Encode what is left and give the film its name. Tells frames encoded and their number meanwhile."""
        if self._added != self._frames:
            raise ValueError(f"{self._added} of {self._frames} frames were added")
        with _told(self.path):
            self._writer.finish(on_progress)
            _flush(self._part)
            _take_name(self._part, self.path)
            self._done = True

    def drop(self) -> None:
        """Leave nothing behind; says nothing to a film that is finished."""
        if self._done:
            return
        self._done = True
        self._writer.drop()
        _remove(self._part)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drop()

    def _open(self) -> Writer:
        try:
            match self._options.format:
                case "frames":
                    return _Frames(self._part, self._options, self._frames, self._made, self._frame_recipe)
                case "svg":
                    return svg_film.SvgWriter(self._part, self._options, self._made)
                case "mp4":
                    shown = presented(np.zeros(self._shape, np.uint8), self._options).shape
                    return film_video.open_writer(self._part, self._options, shown, self._made)
                case _:
                    return _Held(self._part, self._options, self._shape, self._frames, self._made)
        except BaseException:
            _remove(self._part)
            raise


def refuse_existing(path: Path, options: FilmOptions, *, overwrite: bool) -> None:
    """Raise FileError where something is there that may not be replaced."""
    if options.format == "frames":
        if path.is_dir() and any(path.iterdir()) and not (overwrite and _holds_frames_alone(path)):
            replaced = "replace it" if _holds_frames_alone(path) else "empty it"
            raise FileError(f"The folder “{path}” is not empty. Choose another one, or {replaced}.")
        if path.exists() and not path.is_dir():
            raise FileError(f"“{path}” is a file, not a folder for frames.")
    elif path.is_dir():
        raise FileError(f"“{path}” is a folder. Choose a name for the film.")
    elif path.exists() and not overwrite:
        raise FileError(f"“{path}” is there already. Choose another name, or replace it.")


# -- frames in a folder --------------------------------------------------------------------------------------------


def frame_name(number: int, frames: int) -> str:
    """frame_0001.png, with as many digits as sort rightly."""
    return f"frame_{number:0{max(4, len(str(frames)))}}.png"


class _Frames:
    """PNG files in a folder, and the recipe of the film."""

    def __init__(
        self, folder: Path, options: FilmOptions, frames: int, made: FilmRecipe | None, recipes: FrameRecipe | None
    ) -> None:
        self._folder, self._options, self._frames, self._made = folder, options, frames, made
        self._recipes = recipes if not options.size and options.background is None else None  # others are not equal
        self._added = 0
        folder.mkdir()

    def add(self, frame: Pixels) -> None:
        self._added += 1
        made = self._recipes(self._added - 1) if self._recipes and self._made else None
        data = recipe.encode_png(presented(frame, self._options), made)
        (self._folder / frame_name(self._added, self._frames)).write_bytes(data)

    def finish(self, on_progress: OnProgress) -> None:
        on_progress(self._frames, self._frames)
        if self._made is not None:
            recipe.write_whole(self._folder / IN_FOLDER, encode(self._made).encode())

    def drop(self) -> None:
        pass


def _holds_frames_alone(folder: Path) -> bool:
    names = [path.name for path in folder.iterdir()]
    return all(name == IN_FOLDER or (name.startswith("frame_") and name.endswith(".png")) for name in names)


# -- formats that Pillow writes ------------------------------------------------------------------------------------


class _Held:
    """Keeps the frames as they were drawn until all are there, then lets Pillow read them."""

    def __init__(
        self, part: Path, options: FilmOptions, shape: tuple[int, int, int], frames: int, made: FilmRecipe | None
    ) -> None:
        self._part, self._options, self._shape, self._frames, self._made = part, options, shape, frames, made
        self._size = int(np.prod(shape))
        part.open("xb").close()  # a folder that cannot be written to is found before anything is drawn
        self._held = tempfile.SpooledTemporaryFile(max_size=HELD_BYTES)  # noqa: SIM115 - lives as long as this

    def add(self, frame: Pixels) -> None:
        self._held.write(np.ascontiguousarray(frame).tobytes())

    def finish(self, on_progress: OnProgress) -> None:
        def told(number: int) -> Pixels:
            on_progress(number, self._frames)
            return self._frame(number)

        with self._part.open("wb") as file:
            film_pillow.save(file, told, self._frames, self._options, self._made)
        on_progress(self._frames, self._frames)
        self._held.close()

    def drop(self) -> None:
        self._held.close()

    def _frame(self, number: int) -> Pixels:
        self._held.seek(number * self._size)
        return np.frombuffer(self._held.read(self._size), np.uint8).reshape(self._shape)


# -- the file system -----------------------------------------------------------------------------------------------


def _flush(part: Path) -> None:
    """To the disk, before it takes the name of what it replaces. Frames in a folder replace nothing one by one."""
    if part.is_file():
        with part.open("rb+") as file:
            os.fsync(file.fileno())


def _take_name(part: Path, path: Path) -> None:
    """The finished part takes its name; of a folder, in place of the one that was there."""
    if not path.is_dir():
        part.replace(path)
        return
    before = path.with_name(f".{secrets.token_hex(8)}.before")
    path.replace(before)
    try:
        part.replace(path)
    except BaseException:
        before.replace(path)
        raise
    shutil.rmtree(before, ignore_errors=True)


def _remove(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part, ignore_errors=True)
    else:
        part.unlink(missing_ok=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What the disk says, as a sentence."""
    try:
        yield
    except StudioError:
        raise
    except OSError as error:
        raise FileError(f"“{path}” cannot be written: {error.strerror or error}.") from None
    except MemoryError:
        raise FileError(f"“{path}” cannot be written: the memory is full. Choose fewer or smaller frames.") from None
