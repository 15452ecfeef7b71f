"""Filter expressions.

https://www.meilisearch.com/docs/capabilities/filtering_sorting_faceting/advanced/filter_expression_syntax
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from simulators.meilisearch.fields import ABSENT, Document, ordered, present, same, text_of, values

Test = Callable[[Document], bool]
LONGEST_VALUE = 468
"""Bytes of a string in a filter: longer ones are cut in the index, so they never match as a whole."""
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<quoted>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
      | (?P<operator>!=|>=|<=|=|>|<)
      | (?P<mark>[()\[\],])
      | (?P<word>[\w/.\-]+)
    )""",
    re.VERBOSE | re.DOTALL,
)
_KEYWORDS = frozenset(
    ["AND", "OR", "NOT", "IN", "TO", "EXISTS", "IS", "NULL", "EMPTY", "CONTAINS", "STARTS", "WITH"]
)
_RESERVED = frozenset(["AND", "OR", "NOT", "IN", "TO", "EXISTS", "CONTAINS", "_geoRadius", "_geoBoundingBox"])


class FilterError(ValueError):
    """The expression is none; the sentence says where."""


@dataclass(frozen=True, slots=True)
class Filter:
    test: Test
    attributes: frozenset[str]
    """Every attribute that the expression names."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(expression: object) -> Filter:
    """A filter from a string, or from an array: its entries joined by AND, those of an array within by OR.

    Raises:
        FilterError: The expression is none.
    """
    if isinstance(expression, str):
        return _Parser(expression).whole()
    if not isinstance(expression, Sequence):
        raise FilterError("Invalid syntax for the filter parameter: `expected a string or an array`.")
    return _joined([_entry(entry) for entry in expression], all)


def _entry(entry: object) -> Filter:
    if isinstance(entry, str):
        return parse(entry)
    if isinstance(entry, Sequence) and all(isinstance(one, str) for one in entry):
        return _joined([parse(one) for one in entry], any)
    raise FilterError("Invalid syntax for the filter parameter: `expected String, found an array`.")


def _joined(parts: Sequence[Filter], how: Callable[[Iterator[bool]], bool]) -> Filter:
    if len(parts) == 1:
        return parts[0]
    names = frozenset(name for part in parts for name in part.attributes)
    return Filter(lambda document: how(part.test(document) for part in parts), names)


class _Parser:
    """Recursive descent: OR binds least, then AND, then NOT."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._tokens = list(_tokens(expression))
        self._next = 0

    def whole(self) -> Filter:
        if not self._tokens:
            return Filter(lambda _: True, frozenset())
        found = self._or()
        if self._peek() is not None:
            raise self._wrong("Found unexpected characters at the end of the filter")
        return found

    def _or(self) -> Filter:
        parts = [self._and()]
        while self._take_keyword("OR"):
            parts.append(self._and())
        return _joined(parts, any)

    def _and(self) -> Filter:
        parts = [self._not()]
        while self._take_keyword("AND"):
            parts.append(self._not())
        return _joined(parts, all)

    def _not(self) -> Filter:
        if self._take_keyword("NOT"):
            return _denied(self._not())
        if self._take_mark("("):
            inner = self._or()
            self._expect_mark(")")
            return inner
        return self._condition()

    def _condition(self) -> Filter:
        name = self._value()
        token = self._peek()
        if token is not None and token.kind == "operator":
            self._next += 1
            return Filter(_compared(name, token.text, self._value()), frozenset([name]))
        if token is None or token.text not in _KEYWORDS:
            return self._range(name)
        denied = self._take_keyword("NOT")
        found = Filter(self._keyword(name), frozenset([name]))
        return _denied(found) if denied else found

    def _range(self, name: str) -> Filter:
        low = self._value()
        if not self._take_keyword("TO"):
            raise self._wrong(
                "Was expecting an operation `=`, `!=`, `>=`, `>`, `<=`, `<`, `IN`, `NOT IN`, `TO`"
            )
        high = self._value()
        test = _compared(name, ">=", low), _compared(name, "<=", high)
        return Filter(lambda document: test[0](document) and test[1](document), frozenset([name]))

    def _keyword(self, name: str) -> Test:
        if self._take_keyword("EXISTS"):
            return lambda document: present(document, name.split("."))
        if self._take_keyword("IN"):
            listed = self._list()
            return lambda document: any(
                same(one, asked) for one in values(document, name) for asked in listed
            )
        if self._take_keyword("STARTS"):
            self._expect_keyword("WITH")
            start = text_of(self._value())
            return lambda document: any(text_of(one).startswith(start) for one in values(document, name))
        self._expect_keyword("IS")
        denied = self._take_keyword("NOT")
        wanted: list[object] = ["", [], {}]
        if not self._take_keyword("EMPTY"):
            self._expect_keyword("NULL")
            wanted = [None]
        return lambda document: (document.get(name, ABSENT) in wanted) is not denied

    def _list(self) -> list[str]:
        self._expect_mark("[")
        listed: list[str] = []
        while not self._take_mark("]"):
            listed.append(self._value())
            if not self._take_mark(","):
                self._expect_mark("]")
                break
        return listed

    def _value(self) -> str:
        token = self._peek()
        if token is None or token.kind not in ("word", "quoted"):
            raise self._wrong("Was expecting a value")
        if token.kind == "word" and token.text in _RESERVED:
            raise self._wrong(f"`{token.text}` is a reserved keyword, quote it")
        self._next += 1
        if token.kind == "word":
            return token.text
        quote = token.text[0]
        # Only an escaped quote is unescaped; two backslashes stay two.
        return token.text[1:-1].replace(f"\\{quote}", quote)

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, kind: str, text: str) -> bool:
        token = self._peek()
        if token is None or (token.kind, token.text) != (kind, text):
            return False
        self._next += 1
        return True

    def _take_keyword(self, text: str) -> bool:
        return self._take("word", text)

    def _take_mark(self, text: str) -> bool:
        return self._take("mark", text)

    def _expect_keyword(self, text: str) -> None:
        if not self._take_keyword(text):
            raise self._wrong(f"Was expecting `{text}`")

    def _expect_mark(self, text: str) -> None:
        if not self._take_mark(text):
            raise self._wrong(f"Was expecting `{text}`")

    def _wrong(self, sentence: str) -> FilterError:
        token = self._peek()
        at = token.at if token else len(self._expression)
        return FilterError(f"{sentence}.\n{at + 1}:{len(self._expression) + 1} {self._expression}")


def _tokens(expression: str) -> Iterator[_Token]:
    at = 0
    end = len(expression.rstrip())
    while at < end:
        found = _TOKEN.match(expression, at)
        if found is None or found.lastgroup is None:
            raise FilterError(f"Found unexpected characters.\n{at + 1}:{len(expression) + 1} {expression}")
        text = found[found.lastgroup]
        if len(text.encode()) > LONGEST_VALUE:
            raise FilterError(f"A value is longer than {LONGEST_VALUE} bytes.")
        yield _Token(found.lastgroup, text, found.start(found.lastgroup))
        at = found.end()


def _denied(part: Filter) -> Filter:
    return Filter(lambda document: not part.test(document), part.attributes)


def _compared(name: str, operator: str, asked: str) -> Test:
    if operator == "=":
        return lambda document: any(same(value, asked) for value in values(document, name))
    if operator == "!=":
        return lambda document: not any(same(value, asked) for value in values(document, name))
    return lambda document: any(ordered(value, asked, operator) for value in values(document, name))
