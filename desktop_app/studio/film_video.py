"""MP4 (H.264) through a program or library of the user's own: Maquette brings no video encoder.

ffmpeg where it is found on PATH, as a process that reads raw frames; otherwise PyAV, the extra `video` of the Python
package. Where neither is there, a sentence offers WebP.
"""

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from desktop_app.engine.errors import FileError, RequestError
from desktop_app.engine.requests import Pixels
from desktop_app.studio import film_recipe
from desktop_app.studio.film_options import FilmOptions, presented
from desktop_app.studio.film_recipe import FilmRecipe

ABSENT = (
    "Maquette brings no MP4 encoder of its own. Install ffmpeg so that it is found on PATH, or the Python package with "
    "its extra “video”; a WebP film needs neither."
)
NO_H264 = "The ffmpeg found at “{ffmpeg}” cannot encode H.264. Choose WebP, or install one that can."
ENCODERS = ("libx264", "libopenh264", "h264_videotoolbox", "h264_mf")  # of ffmpeg, the best first
QUALITY = {"libx264": ["-crf", "14", "-preset", "medium", "-tune", "animation"]}
QUALITY_BY_RATE = ["-b:v", "8M"]  # of the others, which know no constant quality
WAIT_S = 120  # for the last frames
ASK_S = 20


def absence() -> str:
    """Why no MP4 can be written here, as a sentence; empty where one can."""
    return "" if shutil.which("ffmpeg") or _has_pyav() else ABSENT


def open_writer(
    part: Path, options: FilmOptions, shape: tuple[int, ...], made: FilmRecipe | None
) -> "FfmpegWriter | PyAvWriter":
    """shape: (height, width, C) of the frames as shown. Raises RequestError where there is no encoder."""
    if ffmpeg := shutil.which("ffmpeg"):
        return FfmpegWriter(ffmpeg, part, options, shape, made)
    if _has_pyav():
        return PyAvWriter(part, options, shape, made)
    raise RequestError(ABSENT)


def _shown(frame: Pixels, options: FilmOptions) -> Pixels:
    frame = presented(frame, options)
    return np.ascontiguousarray(frame.repeat(3, axis=2) if frame.shape[2] == 1 else frame)


class FfmpegWriter:
    """The user's ffmpeg as a process of its own. It gets no shell and no network, and writes to one path alone."""

    def __init__(
        self, ffmpeg: str, part: Path, options: FilmOptions, shape: tuple[int, ...], made: FilmRecipe | None
    ) -> None:
        self._options = options
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - what it says, for the sentence where it fails
        self._folder = tempfile.TemporaryDirectory(prefix="maquette-")
        self._process: subprocess.Popen[bytes] | None = None
        try:
            tags = Path(self._folder.name) / "tags.txt"
            tags.write_text(_tags(made), encoding="utf-8")
            part.open("xb").close()
            self._process = subprocess.Popen(
                _command(ffmpeg, part, options, shape, tags),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                **_no_window(),
            )
        except BaseException:
            self.drop()
            raise

    def add(self, frame: Pixels) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(_shown(frame, self._options).tobytes())
        except BrokenPipeError:
            raise self._failure() from None

    def finish(self, on_progress: Any) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
            code = self._process.wait(WAIT_S)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            raise self._failure() from None
        if code != 0:
            raise self._failure()
        on_progress(1, 1)
        self.drop()

    def drop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            if process.stdin is not None:
                with suppress(OSError):  # what was in the pipe is not wanted any more
                    process.stdin.close()
            process.wait()
        self._said.close()
        self._folder.cleanup()

    def _failure(self) -> FileError:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._said.seek(0)
        lines = [line for line in self._said.read().decode("utf-8", "replace").splitlines() if line.strip()]
        return FileError(f"ffmpeg could not write the film: {lines[-1] if lines else self._process.returncode}.")


def _command(ffmpeg: str, part: Path, options: FilmOptions, shape: tuple[int, ...], tags: Path) -> list[str]:
    height, width = shape[0], shape[1]
    encoder = _encoder(ffmpeg)
    rate = Fraction(options.fps).limit_denominator(1001)
    return [
        *(ffmpeg, "-hide_banner", "-loglevel", "error", "-y"),
        *("-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", f"{width}x{height}"),
        *("-framerate", f"{rate.numerator}/{rate.denominator}", "-i", "pipe:0"),
        *("-f", "ffmetadata", "-i", f"file:{tags}", "-map_metadata", "1", "-map", "0:v"),
        *("-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"),
        *("-c:v", encoder, *QUALITY.get(encoder, QUALITY_BY_RATE), "-pix_fmt", "yuv420p"),
        *("-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"),
        *("-movflags", "+faststart", "-f", "mp4", f"file:{part.resolve()}"),
    ]


def _encoder(ffmpeg: str) -> str:
    try:
        said = subprocess.run(
            [ffmpeg, "-hide_banner", "-encoders"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ASK_S,
            **_no_window(),
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        said = ""
    known = {words[1] for words in map(str.split, said.splitlines()) if len(words) > 1}
    found = next((name for name in ENCODERS if name in known), None)
    if found is None:
        raise RequestError(NO_H264.format(ffmpeg=ffmpeg))
    return found


def _tags(made: FilmRecipe | None) -> str:
    """A file of ffmpeg's own kind: no length limit, unlike a command line."""
    comment = "" if made is None else film_recipe.encode(made)
    for special in "\\=;#\n":
        comment = comment.replace(special, "\\" + special)
    return f";FFMETADATA1\ncomment={comment}\n" if comment else ";FFMETADATA1\n"


def _no_window() -> dict[str, Any]:
    """Windows would open a console for each process of a windowed program."""
    return {"creationflags": 0x08000000} if sys.platform == "win32" else {}  # CREATE_NO_WINDOW


# -- PyAV ----------------------------------------------------------------------------------------------------------


def _has_pyav() -> bool:
    return importlib.util.find_spec("av") is not None


class PyAvWriter:
    def __init__(self, part: Path, options: FilmOptions, shape: tuple[int, ...], made: FilmRecipe | None) -> None:
        av = importlib.import_module("av")  # by its name: the bundle must not find and take it
        self._av, self._options = av, options
        part.open("xb").close()
        self._container = av.open(os.fspath(part), "w", format="mp4", options={"movflags": "faststart"})
        if made is not None:
            self._container.metadata["comment"] = film_recipe.encode(made)
        rate = Fraction(options.fps).limit_denominator(1001)
        stream = self._container.add_stream("libx264", rate=rate)
        stream.height, stream.width, stream.pix_fmt = shape[0], shape[1], "yuv420p"
        stream.options = {"crf": "14", "preset": "medium", "tune": "animation"}
        for name in ("color_primaries", "color_trc", "colorspace"):
            setattr(stream.codec_context, name, 1)  # BT.709
        stream.codec_context.color_range = 1  # 16 to 235
        self._stream = stream

    def add(self, frame: Pixels) -> None:
        picture = self._av.VideoFrame.from_ndarray(_shown(frame, self._options), format="rgb24")
        picture = picture.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
        for packet in self._stream.encode(picture):
            self._container.mux(packet)

    def finish(self, on_progress: Any) -> None:
        for packet in self._stream.encode():
            self._container.mux(packet)
        self._container.close()
        on_progress(1, 1)

    def drop(self) -> None:
        with suppress(Exception):  # the file is thrown away: what the library says of it matters to nobody
            self._container.close()
