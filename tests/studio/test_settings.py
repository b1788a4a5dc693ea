import logging
from pathlib import Path

import pytest

from desktop_app.studio.settings import SETTINGS, Settings, problem_with


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def test_without_a_file_the_table_gives_the_defaults(path: Path) -> None:
    settings = Settings.load(path)
    assert {s.key: settings[s.key] for s in SETTINGS} == {s.key: s.default for s in SETTINGS}


def test_the_file_holds_overrides_alone(path: Path) -> None:
    settings = Settings.load(path)
    settings.set("theme", "light")
    settings.set("threads", 4)
    settings.set("threads", 0)
    settings.save()
    assert Settings.load(path).overrides() == {"theme": "light"}
    assert [p.name for p in path.parent.iterdir()] == ["settings.json"]


def test_every_default_is_allowed_by_its_own_setting() -> None:
    assert [problem_with(s, s.default) for s in SETTINGS] == [""] * len(SETTINGS)


@pytest.mark.parametrize(
    "text",
    ['{"theme": "pink"}', '{"theme": 3}', '{"threads": true}', '{"threads": 1e9}', '{"write_recipe": 1}', '{"no": 1}'],
)
def test_what_the_file_has_wrong_is_ignored_and_logged(path: Path, text: str, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    path.write_text(text)
    with caplog.at_level(logging.WARNING):
        assert Settings.load(path).overrides() == {}
    assert "ignored" in caplog.text


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[]"])
def test_a_file_that_is_no_settings_file_gives_the_defaults(
    path: Path, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_bytes(data)
    with caplog.at_level(logging.WARNING):
        assert Settings.load(path).overrides() == {}
    assert "cannot be read" in caplog.text


def test_a_value_that_is_not_allowed_is_refused_with_a_sentence(path: Path) -> None:
    settings = Settings.load(path)
    with pytest.raises(ValueError, match="Tile memory: 1 is not between 32 and 4096"):
        settings.set("tile_cache_mb", 1)
    assert settings.number("tile_cache_mb") == 192
