"""Text into tokens and back, whatever a tokenizer.json looks like."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from desktop_app.engine import tokenizer as module
from desktop_app.engine.errors import Fault, PackageError, RequestError
from desktop_app.engine.tokenizer import TextStream, Tokenizer
from tests.tiny_tokenizers import byte_level, characters, sentence_piece


@pytest.fixture(scope="module")
def gpt(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return byte_level(tmp_path_factory.mktemp("gpt"), ["the", " the", "世界", "é"])


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return sentence_piece(tmp_path_factory.mktemp("llama"))


def streamed(tokenizer: Tokenizer, tokens: list[int], *, opening: bool = False) -> str:
    stream = TextStream(tokenizer, opening=opening)
    return "".join(stream.push(token) for token in tokens)


ANY = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)


@given(text=ANY)
@hypothesis_settings(max_examples=60)
def test_text_comes_back_from_bytes(gpt: Tokenizer, text: str):
    assert streamed(gpt, gpt.encode(text)) == text


@given(text=ANY)
@hypothesis_settings(max_examples=60)
def test_a_model_that_opens_with_a_space_neither_gains_nor_loses_one(llama: Tokenizer, text: str):
    text = text.replace("▁", "")  # which is its sign for a space
    tokens = llama.encode(text)
    assert streamed(llama, tokens, opening=True) == text
    assert streamed(llama, tokens) == (" " + text if text else "")


@pytest.mark.parametrize("opens_with_space", [True, False])
def test_both_kinds_of_llama_are_told_apart(tmp_path: Path, opens_with_space: bool):
    tokenizer = sentence_piece(tmp_path, opens_with_space=opens_with_space)
    assert tokenizer.opens_with_space is opens_with_space
    assert streamed(tokenizer, tokenizer.encode(" Hello"), opening=True) == " Hello"
    assert streamed(tokenizer, [1, *tokenizer.encode("Hello")], opening=True) == "Hello"


@given(text=ANY)
@hypothesis_settings(max_examples=60)
def test_the_offsets_of_tokens_cover_the_text(gpt: Tokenizer, llama: Tokenizer, text: str):
    for tokenizer in (gpt, llama):
        tokens, offsets = tokenizer.encode_with_offsets(text)
        assert len(tokens) == len(offsets)
        assert "".join(text[start:end] for start, end in offsets) == text
        assert [start for start, _ in offsets] == [0, *(end for _, end in offsets)][: len(offsets)]
        assert streamed(tokenizer, tokens, opening=True) == text or "▁" in text


def test_a_token_inside_a_character_completes_nothing(gpt: Tokenizer, llama: Tokenizer):
    assert gpt.encode_with_offsets("a😀b")[1] == [(0, 1), (1, 1), (1, 1), (1, 1), (1, 2), (2, 3)]
    assert llama.encode_with_offsets("o😀")[1] == [(0, 1), (1, 1), (1, 1), (1, 1), (1, 2)]


def test_offsets_of_a_tokenizer_that_changes_the_text(tmp_path: Path):
    byte_level(tmp_path)
    content = json.loads((tmp_path / "tokenizer.json").read_text("utf-8"))
    content["normalizer"] = {"type": "Lowercase"}
    (tmp_path / "tokenizer.json").write_text(json.dumps(content), encoding="utf-8")
    tokenizer = Tokenizer(tmp_path / "tokenizer.json", vocabulary=300)
    tokens, offsets = tokenizer.encode_with_offsets("AÉ😀B")
    assert b"".join(map(tokenizer.bytes_of, tokens)).decode() == "aé😀b"
    assert offsets == [(0, 1), (1, 1), (1, 2), (2, 2), (2, 2), (2, 2), (2, 3), (3, 4)]


def test_bytes_of_every_kind_of_token(gpt: Tokenizer, llama: Tokenizer, tmp_path: Path):
    assert gpt.bytes_of(gpt.encode(" ")[0]) == b" "
    assert gpt.bytes_of(0) == b""
    assert [llama.bytes_of(token) for token in (0, 1, 2)] == [b"", b"", b""]
    assert llama.bytes_of(3 + 0x0A) == b"\n"
    assert llama.bytes_of(llama.encode("H")[0]) == b" H"
    assert llama.bytes_of(llama.encode("<|plain|>")[-1]) == b"<|plain|>"
    assert characters(tmp_path, "a▁").bytes_of(1) == "▁".encode()


def test_alternatives_are_shown_with_broken_characters(gpt: Tokenizer):
    assert gpt.text_of(gpt.encode("é")[0]) == "\ufffd"
    assert gpt.text_of(gpt.encode("a")[0]) == "a"
    assert gpt.text_of(0) == ""


def test_special_tokens_in_a_text_are_text(gpt: Tokenizer):
    assert gpt.encode("a<|end|>", special=True)[-1] == 0
    plain = gpt.encode("a<|end|>")
    assert 0 not in plain
    assert streamed(gpt, plain) == "a<|end|>"
    assert gpt.special == {"<|end|>": 0}


def test_nothing_is_cut_off_filled_up_or_added(llama: Tokenizer):
    assert len(llama.encode("lololololol")) == 12
    assert llama.encode("lo") == llama.encode("lo", special=True)
    assert len(llama.encode("lo")) == 3


def test_lone_surrogates_become_the_sign_for_a_broken_character(gpt: Tokenizer):
    tokens, offsets = gpt.encode_with_offsets("a\ud800b\udc00")
    assert streamed(gpt, tokens) == "a\ufffdb\ufffd"
    assert offsets[-1] == (3, 4)


def test_a_stream_waits_for_the_end_of_a_character(gpt: Tokenizer):
    stream = TextStream(gpt)
    tokens = gpt.encode("é😀")
    assert [stream.peek(token) for token in tokens[:1]] == [("", 1)]
    assert [stream.push(token) for token in tokens] == ["", "é", "", "", "", "😀"]
    assert stream.push(tokens[0]) == ""
    assert stream.peek(gpt.encode("a")[0]) is None
    assert stream.push(gpt.encode("a")[0]) == "\ufffda"


def test_spelling_gives_exactly_the_text(gpt: Tokenizer, llama: Tokenizer, tmp_path: Path):
    for tokenizer in (gpt, llama):
        for text in ("oak", " oak", "\noak", "Hello 😀", "  ", ", oak"):
            tokens = tokenizer.spell(text)
            assert tokens is not None
            assert b"".join(map(tokenizer.bytes_of, tokens)) == text.encode()
    assert [llama.bytes_of(token) for token in llama.spell(" oak") or ()] == [b" oak"]
    assert characters(tmp_path, "oa k").spell("oak!") is None
    assert gpt.spell("oak\ud800") is None


def test_a_character_that_is_not_in_the_vocabulary_is_told(tmp_path: Path):
    with pytest.raises(RequestError, match="holds a character that is not in its vocabulary"):
        characters(tmp_path, "abc").encode("abd")


def test_a_hundred_thousand_words(gpt: Tokenizer):
    assert len(gpt.encode("oak " * 100_000)) == 400_000


# -- files that are none ----------------------------------------------------------------------------------------------


def refused(path: Path, vocabulary: int = 300) -> PackageError:
    with pytest.raises(PackageError) as caught:
        Tokenizer(path, vocabulary=vocabulary)
    assert caught.value.message.startswith("“tokenizer.json”")
    assert caught.value.message.endswith(".")
    assert len(caught.value.message) < 400
    return caught.value


def test_no_file(tmp_path: Path):
    assert refused(tmp_path / "tokenizer.json").fault == Fault.MISSING_FILE


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"\xff\xfe", b"[]", b"null", b"{}", b"[" * 100_000, b'{"model": {"type": "Nonsense"}}',
        b'{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b c"]}}',
        b'{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a", "zz"]]}}',
        b'{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}',
        b'{"model": {"type": "BPE", "vocab": {"a": 1e99}, "merges": []}}',
        b'{"model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "u"}, "decoder": {"type": "X"}}',
        b'{"model": {"type": "WordLevel", "vocab": {}, "unk_token": "u"}}',
    ],
)  # fmt: skip
def test_a_file_that_is_no_tokenizer(tmp_path: Path, content: bytes):
    (tmp_path / "tokenizer.json").write_bytes(content)
    refused(tmp_path / "tokenizer.json")


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    byte_level(tmp_path)
    monkeypatch.setattr(module, "MAX_BYTES", 1000)
    assert refused(tmp_path / "tokenizer.json").fault == Fault.WRONG_SIZE


def test_a_vocabulary_that_does_not_fit_the_graph(tmp_path: Path):
    tokenizer = byte_level(tmp_path)
    error = refused(tmp_path / "tokenizer.json", vocabulary=tokenizer.vocabulary - 1)
    assert error.fault == Fault.WRONG_SHAPE
    assert "does not fit its graph" in error.message


def test_a_graph_may_know_more_tokens(tmp_path: Path):
    byte_level(tmp_path)
    tokenizer = Tokenizer(tmp_path / "tokenizer.json", vocabulary=1000)
    assert tokenizer.bytes_of(999) == b""
    assert tokenizer.text_of(999) == ""
