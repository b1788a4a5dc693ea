"""Tokenizers of our own language models, as the one file tokenizer.json that the library `tokenizers` reads.

Two kinds: one token a character (a closed alphabet, for the public yardstick), and byte-pair encoding over bytes
(Sennrich et al. 2016, arXiv 1508.07909; over bytes: Radford et al. 2019), through which any Unicode text comes whole.
"""

import pathlib
from collections.abc import Iterable

import numpy as np
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from export.errors import ExportError
from export.whole_file import write_atomically

END = "<|end|>"  # closes every document


def code(kind: str) -> str:
    """The control code that opens a document of this kind."""
    return f"<|{kind}|>"


def character_tokenizer(text: str) -> Tokenizer:
    """One token for each character that occurs, in the order of their numbers in Unicode."""
    tokenizer = Tokenizer(models.WordLevel({sign: index for index, sign in enumerate(sorted(set(text)))}, unk_token=""))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), behavior="isolated")
    tokenizer.decoder = decoders.Fuse()
    return tokenizer


def train_bpe(texts: Iterable[str], *, vocabulary: int, kinds: Iterable[str]) -> Tokenizer:
    """Byte-pair encoding with all 256 bytes, the end and the control codes in it; digits stay single."""
    special = [END, *map(code, kinds)]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def encode(tokenizer: Tokenizer, texts: list[str]) -> list[np.ndarray]:
    """uint16 tokens of each text; control codes within a text are text like any other."""
    if tokenizer.get_vocab_size() > 1 << 16:
        raise ExportError(f"A vocabulary of {tokenizer.get_vocab_size()} does not fit 16 bits; ask for a smaller one.")
    tokenizer.encode_special_tokens = True
    try:
        encoded = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
    except Exception as error:  # the library raises nothing narrower
        raise ExportError(f"The tokenizer does not know a character of the text ({error}).") from None
    return [np.array(one.ids, np.uint16) for one in encoded]


def save_tokenizer(tokenizer: Tokenizer, path: pathlib.Path) -> None:
    write_atomically(path, tokenizer.to_str(pretty=True).encode())


def load_tokenizer(path: pathlib.Path) -> Tokenizer:
    try:
        return Tokenizer.from_str(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ExportError(f"There is no tokenizer {path}; prepare the text again.") from None
    except Exception as error:  # the library raises nothing narrower
        raise ExportError(f"{path} is no tokenizer ({error}); prepare the text again.") from None
