"""Films: every format is opened again and compared frame by frame; what goes wrong leaves nothing behind."""

import contextlib
import json
import os
import stat
import sys
from itertools import pairwise

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image, features

from desktop_app.engine.errors import Cancelled, FileError, RecipeError, RequestError
from desktop_app.engine.requests import Design, Place
from desktop_app.studio import film, film_options, film_reading, film_recipe, film_video, recipe
from desktop_app.studio.film import Film
from desktop_app.studio.film_options import NAMES, SUFFIXES, FilmOptions, durations, format_for, presented
from desktop_app.studio.film_reading import compare_film, in_rgba, is_film, read_film_recipe, read_frames
from desktop_app.studio.film_recipe import FilmRecipe
from desktop_app.studio.walk import Key, Walk

BY_PILLOW = ("gif", "apng", "webp", "avif")
LOSSLESS = ("apng", "webp", "frames")
SIDE, COUNT = 16, 12
WALK = Walk((Key(Design(1, 0, label=2)), Key(Design(2, 7)), Key(Design(0, 0, place=Place(vector=(0.1, -2.5e-7, 3.0))))))


def frames_of(channels, count=COUNT, side=SIDE, *, stay=()):
    """A soft disc on its way round, (count, side, side, channels); the frames in `stay` equal the one before."""
    y, x = np.mgrid[0:side, 0:side] / side
    made = []
    for number in range(count):
        turn = 2 * np.pi * number / count
        discs = [
            np.exp(-((x - 0.5 - 0.3 * np.cos(turn + c)) ** 2 + (y - 0.5 - 0.3 * np.sin(turn + c)) ** 2) / 0.05)
            for c in range(channels)
        ]
        made.append(made[-1] if number in stay else np.round(255 * np.stack(discs, axis=-1)).astype(np.uint8))
    return np.stack(made)


def over_black(frame):
    """(H, W, 4), colours as they are seen and the transparency."""
    alpha = frame[..., 3:].astype(int)
    return np.concatenate([frame[..., :3] * alpha // 255, alpha], axis=2)


def recipe_of(options, count=COUNT, **fields):
    return FilmRecipe(
        version="9",
        package="some-gan",
        package_sha256="a" * 64,
        walk=WALK,
        frames=count,
        options=options,
        created="2026-01-01T00:00:00+00:00",
        licence="CC0-1.0 & <more>",
        **fields,
    )


def write(path, options, frames, *, made=True, on_progress=lambda done, total: None, **more):
    made = recipe_of(options, len(frames)) if made is True else made
    with Film(path, options, shape=frames[0].shape, frames=len(frames), made=made, **more) as written:
        for frame in frames:
            written.add(frame)
        written.finish(on_progress)
    return path


def stop(path, options):
    """Leave after the first frame."""
    frame = frames_of(1)[0]
    with (
        contextlib.suppress(Cancelled),
        Film(path, options, shape=frame.shape, frames=COUNT, made=None) as written,
    ):
        written.add(frame)
        raise Cancelled


def path_for(folder, format):
    return folder / f"walk{SUFFIXES.get(format, '')}"


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir())


# -- each format, opened again -------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("format", [*BY_PILLOW, "frames"])
def test_frames_come_back_as_they_were_drawn(tmp_path, format, channels):
    options, frames = FilmOptions(format, fps=30), frames_of(channels, stay=(3, 4, 11))
    path = write(path_for(tmp_path, format), options, frames)
    back = list(read_frames(path, read_film_recipe(path)))
    assert len(back) == COUNT
    worst = 0
    for frame, found in zip(frames, back, strict=True):
        expected = in_rgba(presented(frame, options))
        assert found.shape == expected.shape
        worst = max(worst, int(np.abs(over_black(found) - over_black(expected)).max()))
    exact = format in LOSSLESS or (format == "gif" and channels == 1)
    assert worst == 0 if exact else worst < 40
    assert leftovers(tmp_path) == [path.name]


@pytest.mark.parametrize("format", BY_PILLOW)
@pytest.mark.parametrize("fps", [12, 24, 30, 60])
def test_a_film_lasts_as_long_as_it_says(tmp_path, format, fps):
    path = write(path_for(tmp_path, format), FilmOptions(format, fps=fps), frames_of(1))
    with Image.open(path) as image:
        total = 0.0
        for number in range(image.n_frames):
            image.seek(number)
            image.load()
            total += image.info["duration"]
    assert total == pytest.approx(1000 * COUNT / film_options.frame_rate(format, fps), abs=1.5)
    assert total == pytest.approx(sum(durations(format, fps, COUNT)), abs=1.5)


@pytest.mark.parametrize("format", ["gif", "apng", "webp"])
@pytest.mark.parametrize("loop", [True, False])
def test_a_film_loops_or_ends(tmp_path, format, loop):
    path = write(path_for(tmp_path, format), FilmOptions(format, loop=loop), frames_of(1))
    with Image.open(path) as image:
        assert image.info.get("loop") == (0 if loop else {"gif": None, "apng": 1, "webp": 1}[format])


@pytest.mark.parametrize("format", [*BY_PILLOW, "frames"])
def test_the_recipe_is_inside_and_whole(tmp_path, format):
    options = FilmOptions(format, size=32, background=(1, 2, 3))
    made = recipe_of(options, times=tuple(number / 12 for number in range(COUNT)))
    path = write(path_for(tmp_path, format), options, frames_of(1), made=made)
    assert read_film_recipe(path) == made
    assert is_film(path)


@pytest.mark.parametrize("format", [*BY_PILLOW, "frames"])
def test_without_a_recipe_no_word_is_left(tmp_path, format):
    path = write(path_for(tmp_path, format), FilmOptions(format), frames_of(1), made=None)
    for file in path.iterdir() if path.is_dir() else [path]:
        data = file.read_bytes()
        assert b"aquette" not in data
        assert b"some-gan" not in data
    with pytest.raises((RecipeError, FileError)):
        read_film_recipe(path)


@pytest.mark.parametrize("format", ["webp", "avif", "apng"])
def test_the_mark_for_synthetic_media_is_inside(tmp_path, format):
    path = write(path_for(tmp_path, format), FilmOptions(format), frames_of(1))
    assert recipe.SYNTHETIC.encode() in path.read_bytes()


def test_an_animated_png_is_told_from_a_picture(tmp_path):
    path = write(path_for(tmp_path, "apng"), FilmOptions("apng"), frames_of(1))
    with pytest.raises(RecipeError, match="is a film"):
        recipe.read_recipe(path)
    with pytest.raises(RecipeError, match="no recipe of a film"):
        read_film_recipe(_plain_png(tmp_path))
    assert not is_film(_plain_png(tmp_path))


def _plain_png(folder):
    Image.new("L", (4, 4)).save(folder / "plain.png")
    return folder / "plain.png"


# -- GIF -----------------------------------------------------------------------------------------------------------


def _gif_frames(path):
    with Image.open(path) as image:
        for number in range(image.n_frames):
            image.seek(number)
            yield np.asarray(image.convert("RGB")).astype(int)


def test_a_gif_has_one_palette(tmp_path):
    data = write(tmp_path / "walk.gif", FilmOptions("gif"), frames_of(3), made=None).read_bytes()
    assert data[10] & 0x80, "a global one"
    position, local = 13 + 3 * 2 ** ((data[10] & 7) + 1), []
    while data[position] != 0x3B:
        if data[position] == 0x21:
            position += 2
        else:
            local.append(data[position + 9] & 0x80)
            position += 11
        while data[position]:
            position += data[position] + 1
        position += 1
    assert len(local) == COUNT
    assert not any(local)


def test_what_stays_does_not_flicker(tmp_path):
    """A colourful ground of more than 256 colours, over which a disc moves: the ground keeps its colours."""
    ground = np.random.default_rng(0).integers(0, 256, (SIDE * 2, SIDE * 2, 3), np.uint8)
    frames = np.repeat(ground[None], COUNT, axis=0)
    for number in range(COUNT):
        frames[number, number : number + 6, 4:10] = (250 - 9 * number, 8 * number, 60)
    assert len(np.unique(frames.reshape(-1, 3), axis=0)) > 256
    shown = list(_gif_frames(write(tmp_path / "walk.gif", FilmOptions("gif"), frames)))
    for (before, after), (was, found) in zip(pairwise(frames), pairwise(shown), strict=True):
        same = (before == after).all(axis=2)
        assert (was[same] == found[same]).all()
    assert np.abs(np.stack(shown) - frames).mean() < 16, "random colours are the worst there is"


def test_few_colours_are_exact_and_smooth_ones_nearly(tmp_path):
    few = np.random.default_rng(1).choice([0, 40, 99, 180, 255], (COUNT, SIDE, SIDE, 3)).astype(np.uint8)
    assert (np.stack(list(_gif_frames(write(tmp_path / "few.gif", FilmOptions("gif"), few)))) == few).all()
    soft = frames_of(3, side=32)
    assert np.abs(np.stack(list(_gif_frames(write(tmp_path / "soft.gif", FilmOptions("gif"), soft)))) - soft).mean() < 3


@pytest.mark.parametrize(("fps", "rate"), [(25, 25), (30, 100 / 3), (24, 25), (60, 50), (100, 50), (1, 1)])
def test_hundredths_of_a_second_make_another_rate_and_that_is_said(fps, rate):
    assert film_options.frame_rate("gif", fps) == pytest.approx(rate)
    said = film_options.notes(FilmOptions("gif", fps=fps))
    assert bool(said) == (fps != rate)
    assert not said or f"{rate:.4g}" in said[0]
    assert film_options.frame_rate("webp", fps) == fps


# -- size and background -------------------------------------------------------------------------------------------


def test_whole_factors_are_crisp_and_the_rest_is_padded():
    frame = np.arange(9, dtype=np.uint8).reshape(3, 3, 1) * 20
    shown = presented(frame, FilmOptions(size=10, background=(7, 7, 7)))
    assert shown.shape == (10, 10, 1)
    assert (shown[0:9, 0:9] == frame.repeat(3, 0).repeat(3, 1)).all()
    assert (shown[9] == 7).all()
    assert presented(frame, FilmOptions(size=10, background=(7, 8, 9))).shape == (10, 10, 3)
    assert (presented(frame, FilmOptions()) == frame).all()


def test_smooth_and_smaller_films_are_resampled():
    frame = np.zeros((4, 4, 1), np.uint8)
    frame[:, 2:] = 200
    smooth = presented(frame, FilmOptions(size=16, smooth=True))
    assert smooth.shape == (16, 16, 1)
    assert len(np.unique(smooth)) > 4
    assert presented(frame, FilmOptions(size=2)).shape == (2, 2, 1)
    wide = presented(np.zeros((4, 8, 3), np.uint8), FilmOptions(size=20))
    assert wide.shape == (10, 20, 3)


def test_h264_gets_even_sizes():
    assert presented(np.zeros((7, 9, 1), np.uint8), FilmOptions("mp4")).shape == (8, 10, 1)
    assert presented(np.zeros((7, 7, 1), np.uint8), FilmOptions("mp4", size=21)).shape == (22, 22, 1)


def test_transparency_stays_where_it_can_and_lies_on_the_background_elsewhere():
    frame = np.full((2, 2, 4), 200, np.uint8)
    frame[0, 0, 3] = 0
    assert presented(frame, FilmOptions("webp")).shape == (2, 2, 4)
    assert presented(frame, FilmOptions("webp", background=(10, 20, 30)))[0, 0].tolist() == [10, 20, 30]
    assert presented(frame, FilmOptions("gif"))[0, 0].tolist() == [0, 0, 0]
    assert presented(frame, FilmOptions("mp4", background=(0, 255, 0)))[1, 1].tolist() == [157, 212, 157]


def test_enlarged_frames_hold_no_recipe_of_another_picture(tmp_path):
    made = recipe.Recipe(version="9", package="some-gan", package_sha256="a" * 64, design=Design(4, 0), created="")
    own = write(tmp_path / "own", FilmOptions("frames"), frames_of(1), frame_recipe=lambda number: made)
    large = write(tmp_path / "large", FilmOptions("frames", size=64), frames_of(1), frame_recipe=lambda number: made)
    assert recipe.read_recipe(own / "frame_0012.png") == made
    with pytest.raises(RecipeError):
        recipe.read_recipe(large / "frame_0012.png")


# -- what cannot be ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", [*BY_PILLOW, "frames"])
def test_stopping_leaves_nothing(tmp_path, format):
    stop(path_for(tmp_path, format), FilmOptions(format))
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("format", BY_PILLOW)
def test_stopping_while_it_is_encoded_leaves_what_was_there(tmp_path, format):
    def halfway(done, _total):
        if done == COUNT // 2:
            raise Cancelled

    path = path_for(tmp_path, format)
    path.write_bytes(b"the film before")
    with pytest.raises(Cancelled):
        write(path, FilmOptions(format), frames_of(1), overwrite=True, on_progress=halfway)
    assert leftovers(tmp_path) == [path.name]
    assert path.read_bytes() == b"the film before"


@pytest.mark.parametrize("format", [*BY_PILLOW, "frames"])
def test_progress_reaches_its_end(tmp_path, format):
    told = []
    write(path_for(tmp_path, format), FilmOptions(format), frames_of(1), on_progress=lambda *at: told.append(at))
    assert told[-1] == (COUNT, COUNT)
    assert told == sorted(told), "it never goes back"
    assert all(total == COUNT for _, total in told)


@contextlib.contextmanager
def small_disk():
    """No file may grow beyond so many bytes: writing on fails as on a full disk. Pytest's own log may be a file too."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (700, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("format", [*BY_PILLOW, "frames"])
def test_a_full_disk_is_a_sentence_and_leaves_no_half_film(tmp_path, format):
    noise = np.random.default_rng(0).integers(0, 256, (COUNT, 32, 32, 1), np.uint8)
    with small_disk(), pytest.raises(FileError, match="cannot be written: File too large"):
        write(path_for(tmp_path, format), FilmOptions(format), noise)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("format", NAMES)
def test_a_folder_that_cannot_be_written_to_is_found_before_anything_is_drawn(tmp_path, format, monkeypatch):
    monkeypatch.setattr(film_video.shutil, "which", lambda name: None if format != "mp4" else _fake_ffmpeg(tmp_path))
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(stat.S_IRUSR | stat.S_IXUSR)
    if os.access(closed, os.W_OK):  # the superuser writes everywhere
        closed = tmp_path / "file"
        closed.write_text("no folder")
    with pytest.raises(FileError, match="cannot be written"):
        Film(closed / "walk", FilmOptions(format), shape=(SIDE, SIDE, 1), frames=COUNT, made=None)


@pytest.mark.parametrize("format", BY_PILLOW)
def test_what_is_there_is_not_replaced_unasked(tmp_path, format):
    path, frames = path_for(tmp_path, format), frames_of(1)
    path.write_bytes(b"mine")
    with pytest.raises(FileError, match="there already"):
        write(path, FilmOptions(format), frames)
    assert path.read_bytes() == b"mine"
    write(path, FilmOptions(format), frames, overwrite=True)
    assert len(list(read_frames(path, read_film_recipe(path)))) == COUNT
    assert leftovers(tmp_path) == [path.name]
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileError, match="is a folder"):
        write(tmp_path / "folder", FilmOptions(format), frames, overwrite=True)


def test_a_folder_of_frames_replaces_frames_alone(tmp_path):
    path, frames = tmp_path / "walk", frames_of(1)
    path.mkdir()
    write(path, FilmOptions("frames"), frames)
    with pytest.raises(FileError, match="not empty"):
        write(path, FilmOptions("frames"), frames)
    write(path, FilmOptions("frames"), frames[:4], overwrite=True)
    assert len(leftovers(path)) == 5
    (path / "letter.txt").write_text("mine")
    with pytest.raises(FileError, match="not empty"):
        write(path, FilmOptions("frames"), frames, overwrite=True)
    assert (path / "letter.txt").read_text() == "mine"
    with pytest.raises(FileError, match="is a file"):
        write(path / "letter.txt", FilmOptions("frames"), frames, overwrite=True)
    assert leftovers(tmp_path) == ["walk"]


def test_frames_of_another_shape_or_number_are_a_mistake_of_the_caller(tmp_path):
    with Film(tmp_path / "a.gif", FilmOptions("gif"), shape=(4, 4, 1), frames=2, made=None) as written:
        with pytest.raises(ValueError, match="expected"):
            written.add(np.zeros((4, 5, 1), np.uint8))
        with pytest.raises(ValueError, match="0 of 2"):
            written.finish()
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    ("options", "shape", "count", "words"),
    [
        (FilmOptions("gif", size=5000), (28, 28, 1), 10, "4,096"),
        (FilmOptions("webp"), (5000, 10, 1), 10, "4,096"),
        (FilmOptions("apng", size=4000), (28, 28, 3), 1000, "too many for APNG"),
    ],
)
def test_what_is_too_large_is_said(tmp_path, options, shape, count, words):
    with pytest.raises(RequestError, match=words):
        Film(tmp_path / "walk", options, shape=shape, frames=count, made=None)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(("format", "offered"), [("webp", "APNG"), ("avif", "WebP")])
def test_a_format_that_pillow_lacks_is_said(tmp_path, format, offered, monkeypatch):
    monkeypatch.setattr(features, "check", lambda name: name != format)
    with pytest.raises(RequestError, match=offered):
        Film(path_for(tmp_path, format), FilmOptions(format), shape=(4, 4, 1), frames=2, made=None)


def test_endings_name_formats(tmp_path):
    assert [format_for(tmp_path / f"a{s}") for s in (".GIF", ".png", ".apng", ".webp", ".avif", ".mp4")] == [
        *("gif", "apng", "apng", "webp", "avif", "mp4")
    ]
    assert format_for(tmp_path / "a", format="frames") == "frames"
    with pytest.raises(RequestError, match=r"\.gif, \.png, \.webp"):
        format_for(tmp_path / "a.mov")
    with pytest.raises(RequestError, match="“mov”"):
        format_for(tmp_path / "a.gif", format="mov")


def test_a_film_drawn_again_is_compared_as_its_format_keeps_it(tmp_path):
    frames = frames_of(3, side=40)
    assert len(np.unique(frames.reshape(-1, 3), axis=0)) > 256, "more than a palette holds"
    for format, verdict in (("gif", "identical"), ("apng", "identical"), ("avif", "close")):
        path = write(path_for(tmp_path, format), FilmOptions(format, size=80), frames)
        made = read_film_recipe(path)
        assert compare_film(path, made, frames).verdict == verdict
        others = frames.copy()
        others[5, 10:20] //= 3
        found = compare_film(path, made, others)
        assert (found.verdict, found.frame) == ("different", 5)


# -- reading what is damaged ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", BY_PILLOW)
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.9])
def test_a_cut_film_is_a_sentence(tmp_path, format, share):
    path = write(path_for(tmp_path, format), FilmOptions(format), frames_of(1, side=40))
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    try:
        found = list(read_frames(path, read_film_recipe(path)))
    except (FileError, RecipeError):
        return
    assert len(found) == COUNT, "a GIF and a WebP that end early may be read as far as they go"


def test_damaged_recipes_are_sentences(tmp_path):
    folder = write(tmp_path / "walk", FilmOptions("frames"), frames_of(1))
    for text, words in (("{", "damaged"), ("[]", "damaged"), (_newer(), "newer"), ("[" * 10**5, "damaged")):
        (folder / film_recipe.IN_FOLDER).write_text(text)
        with pytest.raises(RecipeError, match=words):
            read_film_recipe(folder)
    with pytest.raises(FileError, match="no file"):
        read_film_recipe(tmp_path / "nothing.gif")


def _newer():
    return film_recipe.encode(replace(recipe_of(FilmOptions()), film=2))


# -- MP4 through programs of the user's own ------------------------------------------------------------------------

FAKE = """#!{python}
import json, os, sys
if "-encoders" in sys.argv:
    print(" V....D {encoder}   an encoder")
    sys.exit()
data = sys.stdin.buffer.read({reads})
path = sys.argv[-1].removeprefix("file:")
tags = sys.argv[sys.argv.index("ffmetadata") + 2].removeprefix("file:")
open(path, "wb").write(json.dumps({{"argv": sys.argv[1:], "size": len(data), "tags": open(tags).read()}}).encode())
print("Something is wrong with it", file=sys.stderr)
sys.exit({code})
"""


def _fake_ffmpeg(folder, *, encoder="libx264", code=0, reads=-1):
    path = folder / "fake ffmpeg"
    path.write_text(FAKE.format(python=sys.executable, encoder=encoder, code=code, reads=reads))
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def ffmpeg(tmp_path, monkeypatch):
    """A stand-in on PATH; answers a function that says how it behaves."""

    def install(**how):
        monkeypatch.setattr(film_video.shutil, "which", lambda name: _fake_ffmpeg(tmp_path, **how))

    return install


def test_ffmpeg_is_given_raw_frames_and_the_recipe(tmp_path, ffmpeg):
    ffmpeg()
    folder = tmp_path / "with space"
    options = FilmOptions("mp4", fps=29.97)
    path = write(folder / "walk.mp4", options, frames_of(1, side=15))
    said = json.loads(path.read_text())
    assert said["size"] == COUNT * 16 * 16 * 3
    assert "16x16" in said["argv"]
    assert "2997/100" in said["argv"]
    assert "libx264" in said["argv"]
    assert said["tags"].startswith(";FFMETADATA1\ncomment={")
    assert leftovers(folder) == ["walk.mp4"]


@pytest.mark.parametrize("reads", [10, -1], ids=["at once", "at the end"])
def test_the_ffmpeg_that_fails_is_quoted_and_leaves_nothing(tmp_path, ffmpeg, reads):
    ffmpeg(code=3, reads=reads)
    folder = tmp_path / "films"
    with pytest.raises(FileError, match="Something is wrong with it"):
        write(folder / "walk.mp4", FilmOptions("mp4", size=512), frames_of(1))
    assert leftovers(folder) == []


def test_an_ffmpeg_without_h264_is_said(tmp_path, ffmpeg):
    ffmpeg(encoder="mpeg4")
    folder = tmp_path / "films"
    with pytest.raises(RequestError, match=r"cannot encode H\.264"):
        write(folder / "walk.mp4", FilmOptions("mp4"), frames_of(1))
    assert leftovers(folder) == []


def test_stopping_ends_ffmpeg(tmp_path, ffmpeg):
    ffmpeg()
    folder = tmp_path / "films"
    stop(folder / "walk.mp4", FilmOptions("mp4"))
    assert leftovers(folder) == []


def test_where_neither_is_there_webp_is_offered(tmp_path, monkeypatch):
    monkeypatch.setattr(film_video.shutil, "which", lambda name: None)
    monkeypatch.setattr(film_video, "_has_pyav", lambda: False)
    assert "WebP" in film_video.absence()
    with pytest.raises(RequestError, match="WebP"):
        Film(tmp_path / "walk.mp4", FilmOptions("mp4"), shape=(4, 4, 1), frames=2, made=None)
    assert leftovers(tmp_path) == []


def _check_mp4(path, options):
    assert read_film_recipe(path) == recipe_of(options)
    assert path.read_bytes()[4:8] == b"ftyp"


@pytest.mark.skipif(film_video.shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_the_real_ffmpeg(tmp_path):
    options = FilmOptions("mp4", size=64)
    _check_mp4(write(tmp_path / "walk.mp4", options, frames_of(3)), options)
    assert leftovers(tmp_path) == ["walk.mp4"]


def test_pyav(tmp_path, monkeypatch):
    av = pytest.importorskip("av")
    monkeypatch.setattr(film_video.shutil, "which", lambda name: None)
    options, frames = FilmOptions("mp4", size=64), frames_of(1)
    path = write(tmp_path / "walk.mp4", options, frames)
    _check_mp4(path, options)
    with av.open(str(path)) as container:
        back = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(back) == COUNT
    assert np.abs(back[0].astype(int) - presented(frames[0], options)).mean() < 3
    stop(tmp_path / "stopped.mp4", options)
    assert leftovers(tmp_path) == ["walk.mp4"]


def test_a_file_that_is_no_mp4_is_a_sentence(tmp_path):
    for number, data in enumerate(
        (b"", b"\0\0\0\x08ftyp", b"\0\0\0\x08ftyp\0\0\0\x01moov", b"\0\0\0\x08ftyp" + b"\xff" * 64)
    ):
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(data)
        with pytest.raises((FileError, RecipeError)):
            read_film_recipe(path)


def test_many_frames_go_through_a_temporary_file(tmp_path, monkeypatch):
    monkeypatch.setattr(film, "HELD_BYTES", 1000)
    frames = frames_of(1)
    path = write(tmp_path / "walk.webp", FilmOptions("webp"), frames)
    back = list(film_reading.read_frames(path, read_film_recipe(path)))
    assert all((in_rgba(frame) == found).all() for frame, found in zip(frames, back, strict=True))
