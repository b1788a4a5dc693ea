"""Small tokenizers of the three ways to write bytes, made on the spot, and branches that read random logits."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers import Regex as Pattern

from desktop_app.engine import tokenizer as engine
from desktop_app.engine.branch import Branch
from desktop_app.engine.text_requests import Closed, Complete, Ending, Wrote
from desktop_app.engine.values import PackageRef

PACKAGE = PackageRef("tiny", "0" * 64)
END = "<|end|>"
_BYTES = [sign for sign, _ in sorted(engine._SIGNS.items(), key=lambda item: item[1])]


def byte_level(path: Path, pieces: Iterable[str] = (), *, words: bool = False) -> engine.Tokenizer:
    """Token 0 ends a text, then all bytes, then these pieces; text is read byte by byte, or what is a piece as such."""
    signs = ["".join(_BYTES[byte] for byte in piece.encode()) for piece in pieces]
    names = dict.fromkeys([END, *_BYTES, *signs])
    made = Tokenizer(models.BPE({name: token for token, name in enumerate(names)}, [], ignore_merges=words))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([END])
    return _written(made, path)


def sentence_piece(path: Path, *, opens_with_space: bool = True) -> engine.Tokenizer:
    """As Llama's: pieces begin with a space, unknown characters fall back to bytes."""
    pieces = ["▁", "▁H", "H", "▁He", "l", "o", "▁w", "a", "k", "▁o", "▁oa", "e", "w", "▁oak", "<|plain|>"]
    names = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *pieces]
    merges = [("▁", "H"), ("▁H", "e"), ("▁", "w"), ("▁", "o"), ("▁o", "a"), ("▁oa", "k")]
    vocabulary = {name: token for token, name in enumerate(names)}
    made = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    before = [normalizers.Prepend("▁")] if opens_with_space else []
    made.normalizer = normalizers.Sequence([*before, normalizers.Replace(" ", "▁")])
    made.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    made.add_special_tokens(["<unk>", "<s>", "</s>"])
    made.add_tokens([AddedToken("<|plain|>", special=False)])
    made.enable_truncation(3)
    made.enable_padding(length=9)
    return _written(made, path)


def characters(path: Path, signs: str) -> engine.Tokenizer:
    """One token a character, and no other."""
    made = Tokenizer(models.WordLevel({sign: token for token, sign in enumerate(signs)}, unk_token=""))
    made.pre_tokenizer = pre_tokenizers.Split(Pattern(r"[\s\S]"), behavior="isolated")
    made.decoder = decoders.Fuse()
    return _written(made, path)


def _written(made: Tokenizer, path: Path) -> engine.Tokenizer:
    made.save(str(path / "tokenizer.json"))
    return engine.Tokenizer(path / "tokenizer.json", vocabulary=made.get_vocab_size())


def branch(
    tokenizer: engine.Tokenizer,
    number: int = 0,
    *,
    room: int = 999,
    end: tuple[int, ...] = (0,),
    before: Sequence[int] = (),
    **about: Any,
) -> Branch:
    """before: tokens of the prompt; about: of the request."""
    return Branch(number, Complete(PACKAGE, **about), tokenizer, end=end, prompt=before, room=room)


def run(branch: Branch, logits: Iterable[np.ndarray]) -> tuple[list[Wrote], Ending]:
    """What the branch writes and why it ends, given the logits of each place."""
    wrote: list[Wrote] = []
    for row in logits:
        for update in branch.step(row.astype(np.float32)):
            if isinstance(update, Closed):
                assert not branch.open
                return wrote, update.why
            wrote.append(update)
    raise AssertionError("the branch goes on for longer than there are logits")


def wishes(tokenizer: engine.Tokenizer, tokens: Sequence[int], sure: float = 20.0) -> Iterable[np.ndarray]:
    """Logits of a model that wants to say just these tokens, then the last of them for ever."""
    for place in range(2000):
        row = np.zeros(tokenizer.vocabulary)
        row[tokens[min(place, len(tokens) - 1)]] = sure
        yield row


def noise(tokenizer: engine.Tokenizer, seed: int, scale: float = 4.0) -> Iterable[np.ndarray]:
    random = np.random.default_rng(seed)
    for _ in range(2000):
        yield random.normal(size=tokenizer.vocabulary) * scale


def text_of(wrote: Sequence[Wrote]) -> str:
    return "".join(one.text for one in wrote)
