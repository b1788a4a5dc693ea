"""Text into tokens and back: the tokenizer.json of a package, read by the library `tokenizers`.

A token stands for bytes, not for characters: what is written comes through `TextStream`, which waits for the rest of a
character. Three ways of writing bytes as the names of tokens are known: GPT-2's, a sign for each byte; SentencePiece's,
“▁” for a space and “<0x0A>” for a byte; and plain names.
"""

import codecs
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer as Library

from desktop_app.engine.errors import Fault, PackageError, RequestError
from desktop_app.engine.words import opens_word

MAX_BYTES = 64 * 2**20  # the largest in use, of 262,144 tokens, has 33 MB
_BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>")
_SURROGATES = re.compile("[\ud800-\udfff]")


class Tokenizer:
    """vocabulary: logits a token of the graph, which every number of a token must be below."""

    def __init__(self, path: Path, *, vocabulary: int) -> None:
        content = _content(path)
        with _explained(f"“{path.name}” is no tokenizer"):
            about = json.loads(content)
            self._library = Library.from_str(content)
            self._library.no_truncation()
            self._library.no_padding()
            names = self._library.get_vocab(with_added_tokens=True)
            added = self._library.get_added_tokens_decoder()
            spell = _speller(about)
        if not names or max(names.values()) >= vocabulary:
            raise PackageError(
                f"“{path.name}” does not fit its graph: it numbers tokens up to {max(names.values(), default=0):,}, "
                f"the graph knows {vocabulary:,}. Import the model again.",
                Fault.WRONG_SHAPE,
            )
        self.vocabulary = vocabulary
        self._bytes = [b""] * vocabulary
        for name, token in names.items():
            self._bytes[token] = spell(name)
        for token, entry in added.items():
            self._bytes[token] = b"" if entry.special else entry.content.encode()
        self.special = {entry.content: token for token, entry in added.items() if entry.special}
        self.opens_with_space = self._joined("a") == b" a"

    def encode(self, text: str, *, special: bool = False) -> list[int]:
        """The tokens of a text. special: names of special tokens in it are these tokens, else they are plain text."""
        return list(self._encoded(text, special).ids)

    def encode_with_offsets(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """The tokens, and which characters each completes: text[start:end], nothing where it ends inside of one."""
        encoded = self._encoded(text, special=False)
        ids = list(encoded.ids)
        if not ids:
            return [], []
        ends = self._ends_by_bytes(ids, text) or _ends_by_library(encoded.offsets)
        return ids, list(zip([0, *ends[:-1]], ends, strict=True))

    def bytes_of(self, token: int) -> bytes:
        """What the token stands for; special tokens and numbers without a token stand for nothing."""
        return self._bytes[token]

    def text_of(self, token: int) -> str:
        """For a list of tokens: U+FFFD stands for a part of a character, and nothing for a special token."""
        return self._bytes[token].decode(errors="replace")

    def spell(self, text: str) -> list[int] | None:
        """Tokens that stand for exactly this text: those of `encode` where they do, else the fewest. None: none do."""
        if _SURROGATES.search(text):
            return None
        wanted = text.encode()
        for way in (text, text.removeprefix(" ")):
            with suppress(RequestError):
                ids = self.encode(way)
                if self._bytes_of_all(ids) == wanted:
                    return ids
        return self._fewest(wanted)

    @cached_property
    def opens_word(self) -> npt.NDArray[np.bool_]:
        """bool (V,): tokens with which, after a letter, a word is over; of those inside a character, what begins signs,
        emoji and scripts without spaces."""
        texts = [content.decode(errors="ignore") for content in self._bytes]
        pairs = zip(texts, self._bytes, strict=True)
        return np.array([opens_word(text) if text else content >= b"\xe2" for text, content in pairs])

    @cached_property
    def ends_clause(self) -> npt.NDArray[np.bool_]:
        """bool (V,): tokens that begin with a sign after which a new clause or line begins."""
        return np.array([content[:1] in b".!?,:;\n" and bool(content) for content in self._bytes])

    @cached_property
    def opens_quotation(self) -> npt.NDArray[np.bool_]:
        """bool (V,)"""
        marks = tuple(mark.encode() for mark in '"“„«‘')
        return np.array([content.lstrip().startswith(marks) for content in self._bytes])

    @cached_property
    def _by_bytes(self) -> dict[bytes, int]:
        return {content: token for token, content in reversed(list(enumerate(self._bytes))) if content}

    def _fewest(self, wanted: bytes) -> list[int] | None:
        """Shortest path over the places of the bytes; of equals the one with the longest first tokens."""
        longest = max(map(len, self._by_bytes), default=0)
        ways: list[list[int] | None] = [None] * len(wanted) + [[]]
        for start in reversed(range(len(wanted))):
            for end in range(min(len(wanted), start + longest), start, -1):
                token, rest, best = self._by_bytes.get(wanted[start:end]), ways[end], ways[start]
                if token is not None and rest is not None and (best is None or len(rest) + 1 < len(best)):
                    ways[start] = [token, *rest]
        return ways[0]

    def _encoded(self, text: str, special: bool) -> Any:
        self._library.encode_special_tokens = not special
        try:
            with _explained("", PackageError):
                return self._library.encode(_SURROGATES.sub("\ufffd", text), add_special_tokens=False)
        except PackageError:
            raise RequestError(
                "The tokenizer of this model cannot read the text: it holds a character that is not in its vocabulary. "
                "Leave it out, or choose another model."
            ) from None

    def _joined(self, text: str) -> bytes:
        with suppress(RequestError):
            return self._bytes_of_all(self.encode(text))
        return b""

    def _bytes_of_all(self, ids: Sequence[int]) -> bytes:
        return b"".join(self._bytes[token] for token in ids)

    def _ends_by_bytes(self, ids: Sequence[int], text: str) -> list[int]:
        """Characters complete after each token; empty where the tokens do not stand for exactly the text."""
        written = self._bytes_of_all(ids)
        plain = _SURROGATES.sub("\ufffd", text).encode()
        added = len(written) - len(plain)
        if written[added:] != plain or added not in (0, 1) or (added and not self.opens_with_space):
            return []
        begun = np.cumsum(np.frombuffer(plain + b"\0", np.uint8) & 0xC0 != 0x80)  # characters begun up to each byte
        places = np.maximum(np.cumsum([len(self._bytes[token]) for token in ids]) - added, 0)
        return [int(n) for n in begun[places] - 1]


class TextStream:
    """Characters out of tokens, one token at a time; the bytes of an unfinished character wait.

    opening: nothing comes before, so that the space with which some models open a text is none of it.
    """

    def __init__(self, tokenizer: Tokenizer, *, opening: bool = False) -> None:
        self._tokenizer = tokenizer
        self._opening = opening and tokenizer.opens_with_space
        self.waiting = b""  # the beginning of a character

    def push(self, token: int) -> str:
        """The characters that this token completes; U+FFFD stands for bytes that are none."""
        content = self._content(token)
        text, used = codecs.utf_8_decode(content, "replace", False)
        self._opening = self._opening and not self._tokenizer.bytes_of(token)
        self.waiting = content[used:]
        return text

    def peek(self, token: int) -> tuple[str, int] | None:
        """The characters that it would complete, and bytes that one which it begins would lack; None: they are none."""
        content = self._content(token)
        try:
            text, used = codecs.utf_8_decode(content, "strict", False)
        except UnicodeDecodeError:
            return None
        begun = content[used:]
        if begun[:1] == b"\xed" and begun[1:2] >= b"\xa0":  # half of a surrogate, which Python lets pass until its end
            return None
        return text, _size_of_character(begun[0]) - len(begun) if begun else 0

    def _content(self, token: int) -> bytes:
        content = self._tokenizer.bytes_of(token)
        return self.waiting + (content.removeprefix(b" ") if self._opening else content)


def _size_of_character(first: int) -> int:
    """Bytes of a character in UTF-8, by its first."""
    return 2 if first < 0xE0 else 3 if first < 0xF0 else 4


# -- reading a file that nobody vouches for ---------------------------------------------------------------------------


def _content(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise PackageError(
                f"“{path.name}” has {size / 2**20:,.0f} MB; a tokenizer of more than {MAX_BYTES // 2**20} MB is not "
                "read. Import the model again.",
                Fault.WRONG_SIZE,
            )
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise PackageError(
            f"“{path.name}” is missing, without which the model cannot read. Import it again.", Fault.MISSING_FILE
        ) from None
    except OSError as error:
        raise PackageError(f"“{path.name}” cannot be read: {error.strerror or error}.", Fault.MISSING_FILE) from None
    except UnicodeDecodeError:
        raise PackageError(f"“{path.name}” is no text. Import the model again.", Fault.NOT_A_PACKAGE) from None


@contextmanager
def _explained(sentence: str, kind: type[PackageError] = PackageError) -> Iterator[None]:
    """Whatever the library raises, its panics included (which are no Exception), becomes a sentence."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:
        reason = " ".join(str(error).split())[:200]
        raise kind(f"{sentence} ({reason}). Import the model again.", Fault.NOT_A_PACKAGE) from None


def _ends_by_library(offsets: Sequence[tuple[int, int]]) -> list[int]:
    """Of tokens that share a character, the last completes it; ends never go back."""
    ends: list[int] = []
    for place, (start, end) in enumerate(offsets):
        shared = place + 1 < len(offsets) and offsets[place + 1][0] < end
        ends.append(max(start if shared else end, ends[-1] if ends else 0))
    return ends


# -- from the name of a token to its bytes ----------------------------------------------------------------------------


def _speller(about: dict[str, Any]) -> Any:
    """A function from a token's name to its bytes."""
    decoders = list(_steps(about.get("decoder"), "decoders"))
    kinds = {step.get("type") for step in decoders}
    if "ByteLevel" in kinds or (
        not kinds and "ByteLevel" in {s.get("type") for s in _steps(about.get("pre_tokenizer"), "pretokenizers")}
    ):
        return _of_byte_signs
    space = next((sign for step in decoders if (sign := _space_sign(step))), "")
    return lambda name: _of_pieces(name, space, byte_tokens="ByteFallback" in kinds)


def _steps(node: Any, children: str) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield from (step for step in node.get(children, [node]) if isinstance(step, dict))


def _space_sign(step: dict[str, Any]) -> str:
    if step.get("type") == "Metaspace":
        return str(step.get("replacement", "▁"))
    if step.get("type") == "Replace" and step.get("content") == " " and isinstance(step.get("pattern"), dict):
        return str(step["pattern"].get("String", ""))
    return ""


def _of_pieces(name: str, space: str, *, byte_tokens: bool) -> bytes:
    if byte_tokens and (found := _BYTE.fullmatch(name)):
        return bytes([int(found[1], 16)])
    return (name.replace(space, " ") if space else name).encode()


def _byte_signs() -> dict[str, int]:
    """GPT-2's signs: a byte that prints is itself, the others follow from U+0100 on (Radford et al. 2019)."""
    printing = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printing]
    return {chr(byte): byte for byte in printing} | {chr(256 + n): byte for n, byte in enumerate(others)}


_SIGNS = _byte_signs()


def _of_byte_signs(name: str) -> bytes:
    try:
        return bytes([_SIGNS[sign] for sign in name])
    except KeyError:
        return name.encode()
