"""The vocabulary of a GGUF file as tokenizer.json, the one file that the library `tokenizers` reads."""

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from export.errors import ExportError
from export.gguf import Source

CONTROL, USER_DEFINED = 3, 4  # of tokenizer.ggml.token_type (llama.cpp's enum llama_token_type)


def read_tokenizer(source: Source) -> Tokenizer:
    """Byte-pair encoding over bytes; digits stay single (the pre-tokenizer “smollm”).

    Raises ExportError for vocabularies of another kind.
    """
    model, cut = source.value("tokenizer.ggml.model"), source.value("tokenizer.ggml.pre")
    if (model, cut) != ("gpt2", "smollm"):
        raise ExportError(f"{source.path.name} has a tokenizer of the kind {model!r}, {cut!r}; only SmolLM's is read.")
    tokens, merges = source.value("tokenizer.ggml.tokens"), source.value("tokenizer.ggml.merges")
    kinds = source.value("tokenizer.ggml.token_type")
    try:
        pairs = [(first, second) for first, second in (merge.split(" ") for merge in merges)]
        vocabulary = {token: index for index, token in enumerate(tokens)}
        tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=pairs))
    except Exception as error:  # the library raises nothing narrower
        raise ExportError(f"The vocabulary of {source.path.name} contradicts itself ({error}).") from None
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    for special in (True, False):
        wanted = CONTROL if special else USER_DEFINED
        found = [token for token, kind in zip(tokens, kinds, strict=True) if kind == wanted]
        added = [AddedToken(token, special=special, normalized=False) for token in found]
        tokenizer.add_special_tokens(added) if special else tokenizer.add_tokens(added)
    if tokenizer.get_vocab_size() != len(tokens):
        raise ExportError(f"The vocabulary of {source.path.name} names a token twice.")
    return tokenizer
