"""A conversation put into the words a model was taught with: the chat template of a package, in Jinja's language.

A template is a program that nobody vouches for. It runs in Jinja's sandbox, which keeps it from Python's internals, and
under three limits of our own: steps (lines of Python that run on its behalf), the length of all texts it makes, and the
functions it may call. What Hugging Face's templates use is there (transformers' `chat_template_utils`): trimmed
blocks, loop controls, `raise_exception`, `tojson`, and `strftime_now`, which tells one fixed day: same request, same
text.
"""

import datetime
import json
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

from jinja2 import TemplateError, Undefined, meta, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError

from desktop_app.engine.errors import Fault, PackageError, RequestError
from desktop_app.engine.text_requests import Message

MAX_SOURCE = 2**18  # characters of a template; the longest in use, with tools, has 20,000
MAX_MADE = 2**25  # characters of all texts that it makes on its way; a long document takes 2**23
_ENTRY = 16  # characters that an entry of a list counts for
MAX_STEPS = 400_000  # lines of Python; a conversation of a hundred turns takes about 10,000
_DAY = datetime.date(2024, 7, 26)  # the day that Llama 3's template names where it cannot ask
_FILTERS = """abs bool capitalize count d default dictsort e escape first float int items join last length list
    lower map max min reject rejectattr replace reverse round safe select selectattr sort string sum title trim unique
    upper"""
_METHODS = """append capitalize copy count endswith find get index isalnum isalpha isdigit islower isspace isupper items
    join keys lower lstrip partition pop removeprefix removesuffix replace rfind rpartition rsplit rstrip split
    splitlines startswith strip swapcase title upper values"""


class ChatTemplate:
    """special: what the template calls its special tokens, “bos_token” say, and their names.

    plain: names of special tokens; where they stand in a message, they are broken up, so that nobody's words close a
    turn. PackageError where the source is no template.
    """

    def __init__(self, source: str, *, special: Mapping[str, str], plain: Collection[str] = ()) -> None:
        self._special = dict(special)
        names = sorted({name for name in (*special.values(), *plain) if len(name) > 1}, key=len, reverse=True)
        self._plain = re.compile("|".join(map(re.escape, names))) if names else None
        if len(source) > MAX_SOURCE:
            raise _bad(f"has {len(source):,} characters; more than {MAX_SOURCE:,} are not read")
        self._environment = _Environment()
        try:
            if "messages" not in meta.find_undeclared_variables(self._environment.parse(source)):
                raise _bad("does not mention the messages it is to put into words")
            self._template = self._environment.from_string(source)
        except (TemplateError, RecursionError, SyntaxError, ValueError, OverflowError, MemoryError) as error:
            raise _bad(f"is no template that can be read ({_short(error)})") from None

    def render(self, messages: Sequence[Message]) -> str:
        """The conversation up to where the model is to answer. RequestError where the template refuses it.

        An answer that stands last has only begun: the model goes on with it.
        """
        begun = self._content(messages[-1]) if len(messages) > 1 and messages[-1].role == "assistant" else ""
        asked = messages[:-1] if begun else messages
        turns = [{"role": message.role, "content": self._content(message)} for message in asked]
        variables = {
            "tools": None,
            "documents": None,
            **self._special,
            "messages": turns,
            "add_generation_prompt": True,
        }
        self._environment.made = 0
        try:
            with _limited_steps():
                return self._environment.concatenated(self._template.generate(variables)) + begun
        except _Refused as error:
            raise RequestError(f"The chat template of this model refuses the conversation: {error}") from None
        except SecurityError as error:
            raise _bad(f"reaches for what it may not touch ({_short(error)})") from None
        except _TooMuch as error:
            raise _bad(f"does not come to an end: it {error}") from None
        except Exception as error:
            raise _bad(f"fails ({_short(error)})") from None

    def _content(self, message: Message) -> str:
        content = "\n\n".join(filter(None, (message.text, message.document)))
        return self._plain.sub(lambda found: found[0][0] + "\u200b" + found[0][1:], content) if self._plain else content


class _Refused(Exception):  # raised by the template itself
    pass


class _TooMuch(Exception):
    pass


def _bad(what: str) -> PackageError:
    return PackageError(
        f"The chat template of this model {what}. Write on the page instead, or import the model again.",
        Fault.NOT_A_PACKAGE,
    )


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


# -- limits -----------------------------------------------------------------------------------------------------------


@contextmanager
def _limited_steps() -> Iterator[None]:
    """Stops Python code after MAX_STEPS lines, whoever runs them; a debugger's trace is put back."""
    left = MAX_STEPS

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise _TooMuch(f"takes more than {MAX_STEPS:,} steps")
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


# -- the sandbox ------------------------------------------------------------------------------------------------------


class _Generator(CodeGenerator):
    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        """a ~ b, through a function that looks at the length."""
        self.write("environment.concatenated((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


class _Generation(Extension):
    """{% generation %}, with which templates mark what the model itself says, for training; here it marks nothing."""

    tags = {"generation"}  # noqa: RUF012 - as in jinja2

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class _Environment(ImmutableSandboxedEnvironment):
    code_generator_class = _Generator
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self) -> None:
        super().__init__(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", _Generation])
        self.made = 0
        self.filters = {name: function for name, function in self.filters.items() if name in _FILTERS.split()}
        self.filters |= {"tojson": _json, "replace": self.replaced, "list": self.listed, "join": self.joined}
        self.globals = {name: self.globals[name] for name in ("range", "dict", "namespace", "cycler", "joiner")}
        self.globals |= {"raise_exception": _raise, "strftime_now": _day}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        known = attr in _METHODS.split() or not callable(value) or isinstance(obj, Undefined) or _is_jinjas(obj)
        return known and super().is_safe_attribute(obj, attr, value)

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        raise SecurityError(f"“{attribute}” of a thing of the kind “{type(obj).__name__}”")

    def wrap_str_format(self, value: Any) -> None:
        """`str.format`, which fills up to any width, is one of the methods that are not there."""

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "+":
            self.make(_length(left) + _length(right))
        elif operator == "*":
            self.make(max(_length(left) * _whole(right), _length(right) * _whole(left), _bits(left) * _bits(right)))
        elif operator == "**" or isinstance(left, str):
            raise SecurityError(f"the operator {operator} is not there for templates")
        return super().call_binop(context, operator, left, right)

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - as in jinja2
        text, name = getattr(__obj, "__self__", None), getattr(__obj, "__name__", "")
        if isinstance(text, str) and name == "replace":
            __obj = partial(__self.replaced, text)
        elif isinstance(text, str) and name == "join":
            __obj = partial(__self.joined, d=text)
        return super().call(__context, __obj, *args, **kwargs)

    def make(self, length: int) -> None:
        """Called before a text or a list of this length is made."""
        self.made += length
        if self.made > MAX_MADE:
            raise _TooMuch(f"makes more than {MAX_MADE:,} characters")

    def concatenated(self, parts: Iterable[object]) -> str:
        texts = []
        for part in parts:
            texts.append(str(part))
            self.make(len(texts[-1]))
        return "".join(texts)

    def replaced(self, text: object, old: object, new: object, count: int = -1) -> str:
        text, old, new = str(text), str(old), str(new)
        self.make(len(text) + text.count(old) * len(new))
        return text.replace(old, new, count)

    def listed(self, values: Iterable[object]) -> list[object]:
        made = []
        for value in values:
            self.make(_ENTRY)
            made.append(value)
        return made

    def joined(self, parts: Iterable[Any], d: object = "", attribute: str | None = None) -> str:
        texts = [str(part if attribute is None else part[attribute]) for part in parts]
        self.make(sum(map(len, texts)) + len(str(d)) * len(texts))
        return str(d).join(texts)


def _is_jinjas(obj: object) -> bool:
    return type(obj).__module__.startswith("jinja2.")


def _length(value: object) -> int:
    return len(value) if isinstance(value, str) else _ENTRY * len(value) if isinstance(value, list | tuple) else 0


def _whole(value: object) -> int:
    return abs(value) if isinstance(value, int) else 0


def _bits(value: object) -> int:
    return value.bit_length() if isinstance(value, int) else 0


def _json(value: object, ensure_ascii: bool = False, indent: int | None = None, **options: Any) -> str:
    """As in transformers: no HTML escapes."""
    wide = None if indent is None else min(max(int(indent), 0), 8)
    known = {name: options[name] for name in ("separators", "sort_keys") if name in options}
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=wide, **known)


def _raise(sentence: object) -> None:
    raise _Refused(str(sentence)[:500])


def _day(form: object) -> str:
    if not re.fullmatch(r"(%-?[A-Za-z%]|[^%])*", str(form)):
        raise SecurityError("a date in a form that is not known")
    return _DAY.strftime(str(form))
