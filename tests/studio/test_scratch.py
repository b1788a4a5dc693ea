import os
import subprocess
import sys
import time

import numpy as np
import pytest

from desktop_app.engine.array_file import open_array
from desktop_app.engine.errors import FileError
from desktop_app.engine.requests import ArrayFile
from desktop_app.studio import scratch as scratches
from desktop_app.studio.scratch import Scratch


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_what_is_saved_is_what_the_engine_reads(tmp_path, dtype):
    picture = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, (7, 5, 3), dtype)
    with Scratch(tmp_path) as scratch:
        file = scratch.save(picture)
        assert file.dtype == picture.dtype.name
        assert np.array_equal(open_array(file), picture)


def test_what_is_written_later_is_seen_too(tmp_path):
    with Scratch(tmp_path) as scratch:
        file, mapped = scratch.new((4, 4, 1), "uint8")
        assert not open_array(file).any()
        mapped[2, 3] = 9
        assert open_array(file)[2, 3, 0] == 9


def test_the_engine_cannot_write(tmp_path):
    with Scratch(tmp_path) as scratch:
        file = scratch.save(np.zeros((2, 2, 1), np.uint8))
        with pytest.raises(ValueError, match="read-only"):
            open_array(file)[0, 0, 0] = 1


def test_nothing_is_left(tmp_path):
    with Scratch(tmp_path) as scratch:
        first = scratch.save(np.zeros((2, 2, 1), np.uint8))
        scratch.drop(first)
        scratch.drop(first)
        assert not any(scratch.folder.iterdir())
        scratch.save(np.zeros((2, 2, 1), np.uint8))
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("shape", [(0, 4, 1), (4, 4, 3), (-1, 4, 4)])
def test_a_file_that_is_not_what_the_request_says(tmp_path, shape):
    with Scratch(tmp_path) as scratch:
        file = scratch.save(np.zeros((4, 4, 1), np.uint8))
        with pytest.raises(FileError):
            open_array(ArrayFile(file.path, "uint8", shape))


def test_a_full_disk_is_a_sentence(tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(scratches, "_reserve", full)
    with Scratch(tmp_path) as scratch:
        with pytest.raises(FileError, match="No space left on device"):
            scratch.new((10, 10, 3), "uint8")
        assert not any(scratch.folder.iterdir())


def test_no_folder_for_temporary_files(tmp_path):
    with pytest.raises(FileError, match="no room"):
        Scratch(tmp_path / "missing")


def left_behind(folder, pid: int, *, hours: float):
    left = folder / f"maquette-scratch-{pid}-abc"
    left.mkdir()
    (left / "1.raw").write_bytes(b"0")
    then = time.time() - 3600 * hours
    os.utime(left, (then, then))
    return left


@pytest.mark.skipif(os.name != "posix", reason="whether a process runs cannot be asked elsewhere")
def test_what_a_killed_program_left_is_swept_away(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    old, fresh = left_behind(tmp_path, gone.pid, hours=5), None
    mine = left_behind(tmp_path, os.getpid(), hours=5)
    other = tmp_path / "maquette-scratch-of-mine"
    other.mkdir()
    with Scratch(tmp_path):
        assert not old.exists()
        assert mine.exists()
        assert other.exists()
    fresh = left_behind(tmp_path, gone.pid, hours=0.1)
    with Scratch(tmp_path):
        assert fresh.exists()
