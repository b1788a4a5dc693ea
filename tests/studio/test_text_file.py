"""Texts from files: the encodings that are known, and a sentence for all others."""

from pathlib import Path

import pytest

from desktop_app.engine.errors import FileError
from desktop_app.studio import text_file
from desktop_app.studio.text_file import is_text_file, read_text

TEXT = "Röd lampa, 中文, \U0001f6cb\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert read_text(path) == TEXT


def test_what_is_no_text_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(b"caf\xe9")
    with pytest.raises(FileError, match=r"“note.txt” is not text in UTF-8 \(byte 3\)"):
        read_text(path)
    with pytest.raises(FileError, match="cannot be read"):
        read_text(tmp_path / "gone.txt")
    monkeypatch.setattr(text_file, "LARGEST", 3)
    with pytest.raises(FileError, match="are opened"):
        read_text(path)


def test_texts_are_known_by_their_endings() -> None:
    assert is_text_file(Path("a/Note.TXT"))
    assert is_text_file(Path("readme.md"))
    assert not is_text_file(Path("picture.png"))
