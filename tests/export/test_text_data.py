import json
import lzma
import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from export.__main__ import main
from export.text_data import Document, entries, load_text, split_documents, unwrap
from export.tokens import END, character_tokenizer, code, encode, load_tokenizer, train_bpe

BPE = train_bpe(["the cat sat on the mat, the hat"] * 20, vocabulary=300, kinds=["prose"])


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_unicode_comes_back_from_the_tokenizer(text: str) -> None:
    (tokens,) = encode(BPE, [text])
    assert BPE.decode(tokens.tolist(), skip_special_tokens=False) == text


def test_a_control_code_in_a_text_is_text() -> None:
    (tokens,) = encode(BPE, [f"a {END} b {code('prose')}"])
    assert not {BPE.token_to_id(END), BPE.token_to_id(code("prose"))} & set(tokens.tolist())


def test_digits_stay_single() -> None:
    tokenizer = train_bpe(["1984 1984 1984 2001"] * 50, vocabulary=300, kinds=[])
    assert len(encode(tokenizer, ["1984"])[0]) == 4


def test_characters_are_one_token_each_and_an_unknown_one_is_named() -> None:
    tokenizer = character_tokenizer("abc\nd")
    (tokens,) = encode(tokenizer, ["a\nb\n\n"])
    assert tokens.tolist() == [1, 0, 2, 0, 0]
    assert tokenizer.decode(tokens.tolist()) == "a\nb\n\n"
    with pytest.raises(Exception, match="does not know"):
        encode(tokenizer, ["abcé"])


def test_unwrapping_joins_lines_but_not_paragraphs_bullets_or_headers() -> None:
    wrapped = "name: what it is\nThis line was\nbroken.\n\n - one\n - two\n   more\nend"
    assert unwrap(wrapped) == "name: what it is\nThis line was broken.\n\n - one\n - two\n   more end"


def test_an_entry_is_all_paragraphs_until_the_next_header() -> None:
    found = entries("a: one\nbody\n\nmore\n\nNote this: x\n\na-extra: two\nbody")
    assert [(d.family, d.text) for d in found] == [
        ("a", "a: one\nbody\n\nmore\n\nNote this: x"),
        ("a", "a-extra: two\nbody"),
    ]


def test_families_lie_on_one_side_and_a_single_document_loses_its_tail() -> None:
    documents = [Document(f"family{i // 3}", f"text {i} " * 5) for i in range(600)]
    train, held = split_documents(documents, 0.1)
    assert sorted(d.text for d in train + held) == sorted(d.text for d in documents)
    assert not {d.family for d in train} & {d.family for d in held}
    assert 40 <= len(held) <= 80
    (start,), (tail,) = split_documents([Document("a", "0123456789")], 0.1)
    assert (start.text, tail.text) == ("012345678", "9")


@pytest.fixture
def writing(tmp_path: Path) -> Path:
    """Prose in an archive, entries in a packed file, lines in a plain one, with repetitions."""
    prose = tmp_path / "books"
    prose.mkdir()
    for number in range(12):
        (prose / f"book{number}.txt").write_text(
            f"\ufeffChapter {number}\r\n\r\nIt was {'a b c'[number % 5]} night.\r\n"
        )
    (prose / "copy.txt").write_text("Chapter 0\n\nIt was a night.\n")
    (prose / "data.txt").write_bytes(b"\0\1\2")
    (prose / "old.txt").write_bytes("The café closed at nine.".encode("cp1252"))
    with tarfile.open(tmp_path / "books.tar.xz", "w:xz") as archive:
        archive.add(prose, "books")
    names = ["ash", "birch", "cedar", "elm"]
    apps = [f"{name}: a {name} tool\nIt draws {name} leaves.\n\nThis is common to all." for name in names]
    (tmp_path / "apps.txt.xz").write_bytes(lzma.compress("\n\n".join(apps).encode()))
    (tmp_path / "words.txt").write_text("".join(f"word{name} (noun): the wood of {name}\n" * 2 for name in names))
    return tmp_path


def prepare(root: Path, *sources: str, extra: tuple = ()) -> int:
    return main(["data", "text", *sources, "--name", "mine", "--data", str(root / "data"), *extra])


def test_text_of_three_shapes_becomes_one_data_set(writing: Path, capsys: pytest.CaptureFixture) -> None:
    sources = ("prose=books.tar.xz", "app:entries=apps.txt.xz", "gloss:lines=words.txt")
    named = [f"{source.partition('=')[0]}={writing / source.partition('=')[2]}" for source in sources]
    assert prepare(writing, *named, extra=("--vocabulary", "400", "--held-out", "0.2")) == 0
    assert "skipped books/data.txt" in capsys.readouterr().out
    tokenizer = load_tokenizer(writing / "data" / "mine" / "tokenizer.json")
    texts = {}
    for split in ("train", "held_out"):
        data = load_text(writing / "data", "mine", split=split)
        whole = tokenizer.decode(data.tokens.tolist(), skip_special_tokens=False)
        texts[split] = [part for part in whole.split(END) if part]
        assert len(texts[split]) == sum(data.about["splits"][split]["documents"].values())
        for kind, (start, end) in data.spans.items():
            first = data.tokens[start:end][0]
            assert first == tokenizer.token_to_id(code(kind))
    everything = texts["train"] + texts["held_out"]
    assert not set(texts["train"]) & set(texts["held_out"])
    assert len(set(everything)) == len(everything)
    assert sum("common to all" in text for text in everything) == 1
    assert "<|prose|>The café closed at nine." in everything
    assert sum(text.startswith("<|gloss|>") for text in everything) == 4


def test_what_begins_with_a_pattern_is_left_out(tmp_path: Path) -> None:
    apps = "lib-a: a library\nIt counts.\n\na: an app\nIt counts.\n\nThis package is a thing of its own."
    (tmp_path / "apps.txt").write_text(
        apps + "".join(f"\n\nc{i}: it is {'x' * i}\nIt has {'i' * i}." for i in range(9))
    )
    extra = ("--without", "lib", "--without", "This package", "--vocabulary", "300", "--held-out", "0.1")
    assert prepare(tmp_path, f"app:entries={tmp_path / 'apps.txt'}", extra=extra) == 0
    tokenizer = load_tokenizer(tmp_path / "data" / "mine" / "tokenizer.json")
    splits = [load_text(tmp_path / "data", "mine", split=split).tokens.tolist() for split in ("train", "held_out")]
    text = "".join(tokenizer.decode(tokens, skip_special_tokens=False) for tokens in splits)
    assert "lib-a" not in text
    assert "This package" not in text
    assert "<|app|>a: an app\nIt counts.<|end|>" in text
    assert prepare(tmp_path, f"app={tmp_path / 'apps.txt'}", extra=("--without", "(")) == 1


def test_a_folder_of_folders_gives_a_kind_each(tmp_path: Path) -> None:
    for kind in ("letters", "poems"):
        (tmp_path / "mine" / kind).mkdir(parents=True)
        for number in range(3):
            (tmp_path / "mine" / kind / f"{number}.md").write_text(f"Number {number} of the {kind}, a text.")
    assert prepare(tmp_path, str(tmp_path / "mine"), extra=("--vocabulary", "300", "--held-out", "0.3")) == 0
    about = json.loads((tmp_path / "data" / "mine" / "dataset.json").read_text())
    assert set(about["splits"]["train"]["spans"]) == {"letters", "poems"}


def test_characters_are_kept_as_they_are(tmp_path: Path) -> None:
    text = "To be,\r\n\r\n\r\n\r\nor not  \n" * 20
    (tmp_path / "play.txt").write_bytes(text.encode())
    assert prepare(tmp_path, f"play={tmp_path / 'play.txt'}", extra=("--characters", "--held-out", "0.1")) == 0
    tokenizer = load_tokenizer(tmp_path / "data" / "mine" / "tokenizer.json")
    parts = [load_text(tmp_path / "data", "mine", split=split).tokens for split in ("train", "held_out")]
    assert "".join(tokenizer.decode(part.tolist()) for part in parts) == text
    assert len(parts[0]) == int(0.9 * len(text))


@pytest.mark.parametrize(
    ("source", "extra", "named"),
    [
        ("prose=nowhere.txt", (), "nowhere.txt"),
        ("prose:verses={file}", (), "verses"),
        ("a b/c={file}", (), "no name of a kind"),
        ("prose={file}", ("--held-out", "1.5"), "between 0 and 1"),
        ("prose={empty}", (), "no text of the kind"),
    ],
)
def test_bad_sources_end_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture, source: str, extra: tuple, named: str
) -> None:
    (tmp_path / "file.txt").write_text("Some text that is long enough.")
    (tmp_path / "empty.txt").write_text("")
    source = source.format(file=tmp_path / "file.txt", empty=tmp_path / "empty.txt")
    assert prepare(tmp_path, source, extra=extra) == 1
    assert named in capsys.readouterr().err


def test_tokens_that_were_changed_are_noticed(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / "play.txt").write_text("To be or not to be. " * 9)
    assert prepare(tmp_path, f"play={tmp_path / 'play.txt'}", extra=("--characters",)) == 0
    np.save(tmp_path / "data" / "mine" / "train_tokens.npy", np.zeros(5, np.uint16))
    with pytest.raises(Exception, match="differs"):
        load_text(tmp_path / "data", "mine")
