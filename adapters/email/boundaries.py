"""Where the parts of a multipart are, by places in its octets: nothing of them is copied."""

from collections.abc import Iterator

_LINE_FEED, _RETURN = 10, 13
_LONGEST_BOUNDARY_END = 80
"""What may follow a boundary on its line: `--` and white space."""


def split(raw: bytes, start: int, end: int, mark: bytes) -> Iterator[tuple[int, int]]:
    """Where the parts of a multipart are; a missing last boundary ends the last part with the body.

    `mark` is two dashes and the boundary.
    """
    find, startswith, length, begun = raw.find, raw.startswith, len(mark), -1
    at = find(mark, start, end)
    while at >= 0:
        behind = at + length
        if at == start or raw[at - 1] == _LINE_FEED:
            if startswith(b"\r\n", behind, end):  # as it nearly always is
                rest, after = b"", behind + 2
            else:
                after = find(b"\n", behind, end) + 1 or end
                rest = raw[behind:after][:_LONGEST_BOUNDARY_END].strip()
            if not rest or rest == b"--":
                if begun >= 0:
                    # The line feed in front of a boundary belongs to the boundary (RFC 2046, 5.1.1).
                    yield begun, max(begun, at - 2 if raw[at - 2] == _RETURN else at - 1)
                if rest:
                    return
                begun = after
        at = find(mark, behind, end)
    if begun >= 0:
        yield begun, end
