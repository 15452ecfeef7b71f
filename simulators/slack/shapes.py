"""Small checks that are put together to a description of a JSON document.

A `Check` looks at a value and yields what is wrong with it, in the words the service uses:
`must be less than 151 characters [json-pointer:/blocks/0/text/text]`.
"""

from collections.abc import Callable, Iterator, Mapping

Check = Callable[[object, str], Iterator[str]]
"""Takes a value and its JSON pointer."""


def _wrong(saying: str, pointer: str) -> str:
    return f"{saying} [json-pointer:{pointer}]"


def string(most: int, least: int = 1) -> Check:
    """A text of `least` to `most` characters."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield _wrong("must be a string", pointer)
        elif len(value) > most:
            yield _wrong(f"must be less than {most + 1} characters", pointer)
        elif len(value) < least:
            yield _wrong(f"must be more than {least - 1} characters", pointer)

    return check


def choice(*allowed: str) -> Check:
    def check(value: object, pointer: str) -> Iterator[str]:
        if value not in allowed:
            yield _wrong(f"must be one of {', '.join(allowed)}", pointer)

    return check


def flag(value: object, pointer: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield _wrong("must be a boolean", pointer)


def number(value: object, pointer: str) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, int):
        yield _wrong("must be an integer", pointer)


def anything(_value: object, _pointer: str) -> Iterator[str]:
    yield from ()


def items(each: Check, most: int, least: int = 1) -> Check:
    """A list of `least` to `most` items."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield _wrong("must be an array", pointer)
            return
        if len(value) > most:
            yield _wrong(f"no more than {most} items allowed", pointer)
        if len(value) < least:
            yield _wrong(f"at least {least} items required", pointer)
        for index, item in enumerate(value):
            yield from each(item, f"{pointer}/{index}")

    return check


def shape(needs: Mapping[str, Check], may: Mapping[str, Check] | None = None) -> Check:
    """An object with every key of `needs`, some of `may` and nothing else."""
    known = {**needs, **(may or {})}

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield _wrong("must be an object", pointer)
            return
        for key in needs:
            if key not in value:
                yield _wrong(f"missing required field: {key}", pointer)
        for key, held in value.items():
            if key in known:
                yield from known[key](held, f"{pointer}/{key}")
            else:
                yield _wrong(f"additional property: {key}", pointer)

    return check


def union(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` says which of `kinds` it is."""

    def check(value: object, pointer: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in kinds:
            yield _wrong(f"unsupported type: {kind}", f"{pointer}/type")
        else:
            yield from kinds[kind](value, pointer)

    return check
