"""Text of any kind as a data set of tokens.

    python -m export data text shakespeare=input.txt --characters --held-out 0.1 --name shakespeare
    python -m export data text prose=novels.tar.xz software:entries=apps.txt.xz gloss:lines=words.txt --unwrap \\
        --name writing
    python -m export data text FOLDER --name mine         # sub-folders are kinds; every .txt and .md is a document

A source is KIND[:HOW]=PATH, or a folder of folders. HOW says where documents begin: "whole" files (of a folder, an
archive .tar.*, or one file, each also .gz, .bz2 or .xz), "lines", or "entries", which are paragraphs that follow a line
"name: what it is". Whole documents and, in entries and lines, paragraphs that occur twice are taken once; --without
leaves out the lines, entries (by their first line) and paragraphs that begin with a pattern.

The data set is data/<name>/: train_tokens.npy and held_out_tokens.npy (uint16, kinds one after the other),
tokenizer.json and dataset.json. A document is its kind's control code, its text and an end; the held-out share is
whole documents (entries by family, "name" and "name-extra" being one), or the tail where a kind is one document.
"""

import argparse
import dataclasses
import hashlib
import json
import pathlib
import re

import numpy as np
from tokenizers import Tokenizer

from export.errors import ExportError
from export.text_files import read_texts
from export.tokens import END, character_tokenizer, code, encode, save_tokenizer, train_bpe

SPLITS = ("train", "held_out")
HEADER = re.compile(r"[\w.+-]+: \S")  # the first line of an entry
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
BULLET = re.compile(r"[-*•·+o] ")
LEARN_FROM = 8_000_000  # characters a kind, from which the vocabulary is learned
SHORTEST = 16  # characters of a document


@dataclasses.dataclass(frozen=True)
class Document:
    family: str  # documents of one family lie on one side of the split
    text: str


@dataclasses.dataclass(frozen=True)
class TextData:
    """One split of a prepared data set, in memory."""

    tokens: np.ndarray  # (n,) uint16
    spans: dict[str, tuple[int, int]]  # kind -> where its tokens lie
    sizes: dict[str, int]  # kind -> bytes of its text in UTF-8, control codes and ends not counted
    about: dict  # dataset.json


# -----------------------------------------------------------------------------
# documents


def documents_of(how: str, texts: dict[str, str], *, unwrapped: bool, without: re.Pattern) -> list[Document]:
    """texts: name -> content. Cleaned, without repetitions, in the order of the files."""
    documents: list[Document] = []
    seen: set[bytes] = set()
    for name, content in texts.items():
        content = clean(content)
        if how == "whole":
            found = [Document(name, content)]
        elif how == "lines":
            found = [Document(line, line) for line in content.split("\n")]
        else:
            found = entries(content)
        for document in found:
            if how != "whole" and without.match(document.text):
                continue
            text = document.text if how == "whole" else without_paragraphs(document.text, without)
            text = _fresh(text, seen, header=how == "entries", whole=how == "whole")
            text = unwrap(text) if unwrapped else text
            if len(text) >= SHORTEST:
                documents.append(Document(document.family, text))
    return documents


def clean(text: str) -> str:
    """One kind of line end, no trailing blanks, no control characters, at most one empty line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
    text = re.sub(r"[ \t]+\n", "\n", CONTROL.sub("", text))
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def entries(text: str) -> list[Document]:
    """A paragraph that begins with "name: what it is" opens an entry; those after it belong to it."""
    opened: list[list[str]] = []
    for paragraph in text.split("\n\n"):
        if HEADER.match(paragraph):
            opened.append([paragraph])
        elif opened:
            opened[-1].append(paragraph)
    return [Document(parts[0].partition(":")[0].partition("-")[0], "\n\n".join(parts)) for parts in opened]


def without_paragraphs(text: str, pattern: re.Pattern) -> str:
    """The text without its paragraphs that begin with the pattern; a header stays with what is left of the first."""
    head, line, body = text.partition("\n")
    kept = [paragraph for paragraph in body.split("\n\n") if not pattern.match(paragraph)]
    return head + line + "\n\n".join(kept)


def _fresh(text: str, seen: set[bytes], *, header: bool, whole: bool) -> str:
    """The text without the paragraphs that were seen before; "" if nothing but its header is new."""
    head, _, body = text.partition("\n") if header else ("", "", text)
    kept = []
    for paragraph in [body] if whole else body.split("\n\n"):
        letters = re.sub(r"[\W\d_]+", "", paragraph.casefold())
        key = hashlib.blake2b(letters.encode(), digest_size=16).digest()
        if letters and key not in seen:
            seen.add(key)
            kept.append(paragraph)
    return "\n".join(filter(None, [head, "\n\n".join(kept)])) if kept else ""


def unwrap(text: str) -> str:
    """Lines that were broken at a fixed width become one; headers, indented lines and bullets stay their own."""
    lines: list[str] = []
    for line in text.split("\n"):
        own = not lines or not line or not lines[-1] or line[0] in " \t" or BULLET.match(line)
        if own or (len(lines) == 1 and HEADER.match(lines[0])):
            lines.append(line)
        else:
            lines[-1] += " " + line
    return "\n".join(lines)


def split_documents(documents: list[Document], share: float) -> tuple[list[Document], list[Document]]:
    """(train, held out): families in the order of their hash until the share is full; the tail of a single document."""
    if len(documents) == 1:
        text = documents[0].text
        cut = int(len(text) * (1 - share))
        return [Document("", text[:cut])], [Document("", text[cut:])]
    families: dict[str, int] = {}
    for document in documents:
        families[document.family] = families.get(document.family, 0) + len(document.text)
    wanted = share * sum(families.values())
    chosen: set[str] = set()
    for family in sorted(families, key=lambda name: hashlib.sha256(name.encode()).digest()):
        if wanted > 0 and (families[family] <= 2 * wanted or len(families) < 100):
            chosen.add(family)
            wanted -= families[family]
    return [d for d in documents if d.family not in chosen], [d for d in documents if d.family in chosen]


# -----------------------------------------------------------------------------
# tokens


def learn_tokenizer(train: dict[str, list[Document]], *, characters: str, vocabulary: int) -> Tokenizer:
    """characters: the whole text where one token is to be one character, else ""."""
    if characters:
        return character_tokenizer(characters)
    parts = (part for documents in train.values() for part in _beginning(documents))
    return train_bpe(parts, vocabulary=vocabulary, kinds=train)


def _beginning(documents: list[Document]) -> list[str]:
    """As many documents as LEARN_FROM allows, each cut there."""
    parts: list[str] = []
    left = LEARN_FROM
    for document in documents:
        parts.append(document.text[: max(left, 0)])
        left -= len(document.text)
        if left <= 0:
            break
    return parts


def tokens_of(documents: list[Document], tokenizer: Tokenizer, *, kind: str, framed: bool) -> np.ndarray:
    """All documents in one row (n,) uint16; framed: between the kind's control code and an end."""
    encoded = encode(tokenizer, [document.text for document in documents])
    if framed:
        first, last = (np.array([tokenizer.token_to_id(token)], np.uint16) for token in (code(kind), END))
        encoded = [part for one in encoded for part in (first, one, last)]
    return np.concatenate(encoded) if encoded else np.zeros(0, np.uint16)


# -----------------------------------------------------------------------------
# reading and writing a prepared data set


def load_text(root: pathlib.Path, name: str, *, split: str = "train") -> TextData:
    """Open data/<name>/; the tokens must be as dataset.json says."""
    folder = root / name
    try:
        about = json.loads((folder / "dataset.json").read_text("utf-8"))
        tokens = np.load(folder / f"{split}_tokens.npy", allow_pickle=False)
    except FileNotFoundError as error:
        raise ExportError(
            f"The text {name!r} has no {pathlib.Path(error.filename or '?').name} in {folder}: prepare it first with "
            f"`python -m export data text KIND=PATH --name {name}`."
        ) from None
    except (OSError, ValueError) as error:
        raise ExportError(f"The text in {folder} cannot be read ({error}); prepare it again.") from None
    facts = about["splits"][split]
    if hashlib.sha256(tokens.tobytes()).hexdigest() != facts["tokens_sha256"]:
        raise ExportError(f"{folder} ({split}) differs from its dataset.json; prepare the text again.")
    spans = {kind: (start, end) for kind, (start, end) in facts["spans"].items()}
    return TextData(tokens=tokens, spans=spans, sizes=facts["bytes"], about=about)


def prepare_text(args: argparse.Namespace, *, root: pathlib.Path) -> pathlib.Path:
    """Read the sources, split, learn the vocabulary, write data/<name>/; dataset.json comes last."""
    if not 0 < args.held_out < 1:
        raise ExportError(f"--held-out {args.held_out}: the share kept back lies between 0 and 1.")
    try:
        without = re.compile("|".join(args.without or ["(?!)"]))  # by default nothing matches
    except re.error as error:
        raise ExportError(f"--without is no regular expression ({error}).") from None
    kinds: dict[str, list[Document]] = {}
    for source in (args.path, *args.more):
        for kind, how, texts in read_texts(str(source) if source else ""):
            as_is = [Document(name, text) for name, text in texts.items()]
            found = as_is if args.characters else documents_of(how, texts, unwrapped=args.unwrap, without=without)
            kinds.setdefault(kind, []).extend(found)
    splits: dict[str, dict[str, list[Document]]] = {split: {} for split in SPLITS}
    for kind, documents in kinds.items():
        if not documents:
            raise ExportError(f"There is no text of the kind {kind!r}; name files that hold some.")
        shuffled = [documents[i] for i in np.random.Generator(np.random.Philox(key=0)).permutation(len(documents))]
        splits["train"][kind], splits["held_out"][kind] = split_documents(shuffled, args.held_out)
    everything = "".join(d.text for documents in kinds.values() for d in documents) if args.characters else ""
    tokenizer = learn_tokenizer(splits["train"], characters=everything, vocabulary=args.vocabulary)

    folder = root / (args.title or "text")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataset.json").unlink(missing_ok=True)
    about = {
        "name": folder.name,
        "title": args.title or "Text",
        "licence": args.licence,
        "characters": args.characters,
        "vocabulary": tokenizer.get_vocab_size(),
        "splits": {split: _write_split(folder, split, splits[split], tokenizer, args) for split in SPLITS},
    }
    save_tokenizer(tokenizer, folder / "tokenizer.json")
    part = folder / "dataset.json.part"
    part.write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", "utf-8")
    part.replace(folder / "dataset.json")
    return folder


def _write_split(folder: pathlib.Path, split: str, kinds: dict, tokenizer: Tokenizer, args: argparse.Namespace) -> dict:
    rows = {kind: tokens_of(kinds[kind], tokenizer, kind=kind, framed=not args.characters) for kind in kinds}
    ends = np.cumsum([len(row) for row in rows.values()]).tolist()
    tokens = np.concatenate(list(rows.values()))
    np.save(folder / f"{split}_tokens.npy", tokens, allow_pickle=False)
    return {
        "tokens": len(tokens),
        "tokens_sha256": hashlib.sha256(tokens.tobytes()).hexdigest(),
        "spans": dict(zip(rows, zip([0, *ends[:-1]], ends, strict=True), strict=True)),
        "documents": {kind: len(documents) for kind, documents in kinds.items()},
        "bytes": {kind: sum(len(d.text.encode()) for d in documents) for kind, documents in kinds.items()},
    }
