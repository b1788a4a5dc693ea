"""Words and phrases in one line of a form: commas between them, and signs for what cannot be typed there."""

_SIGNS = (("\\", "\\\\"), ("\n", "\\n"), ("\t", "\\t"), (",", "\\,"))


def written(words: tuple[str, ...]) -> str:
    """Words as one line; a comma, a new line and a tab in a word are written \\, \\n and \\t."""
    return ", ".join(_escaped(word) for word in words)


def parsed(line: str) -> tuple[str, ...]:
    """The words of a line, each once, space around them left out."""
    found, word, rest = [], "", iter(line)
    for sign in rest:
        if sign == "\\":
            following = next(rest, "\\")
            word += {"n": "\n", "t": "\t"}.get(following, following)
        elif sign == ",":
            found.append(word)
            word = ""
        else:
            word += sign
    trimmed = [word.strip(" ") for word in (*found, word)]
    return tuple(dict.fromkeys(word for word in trimmed if word))


def _escaped(word: str) -> str:
    for sign, told in _SIGNS:
        word = word.replace(sign, told)
    return word
