"""Text that people typed, and text of ours, in Discord's markdown.

A backslash takes the meaning from the punctuation mark behind it:
https://support.discord.com/hc/articles/210298617.  Mentions, emoji and times stand between `<` and `>`:
https://docs.discord.com/developers/reference#message-formatting.
"""

import re
from collections.abc import Sequence
from itertools import groupby

from adapters.common.reading_direction import isolated_lines
from domain.messages import Run, Style, Text, plain

_URL = re.compile(
    r"https?://(?!\S*@(?:everyone|here))"
    r"[A-Za-z0-9._~:/?#@!$&'+,;=%-]*[A-Za-z0-9/=]"
    r"(?=[.,;:!?)'\"]*(?:\s|$))"
)
"""An address that may stay clickable: nothing in it ends what it stands in, and nothing touches it."""
_ALIVE = re.compile(
    r"[\\*_~`|<\[]"
    r"|@(?=everyone|here)"
    r"|:(?=//|[\w+~-]+:)"  # an address, an emoji
)
_LINE_START = re.compile(r"^([^\S\n]*)([-+#>])|^([^\S\n]*\d+)(\.)", re.MULTILINE)
"""A heading, a quotation, a list."""
_LINE_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_SIGNS = {Style.PLAIN: "", Style.STRONG: "**", Style.MUTED: "*", Style.CODE: "`"}
BETWEEN = "\u200b"
"""Takes no room; keeps the signs of two styles that touch apart."""


def markdown(runs: Text) -> str:
    """The runs, each in its style, with nothing alive in them but addresses that show where they lead."""
    parts: list[str] = []
    merged = _merged(runs)
    for at, run in enumerate(merged):
        touched = at + 1 < len(merged) and not merged[at + 1].text[0].isspace()
        part = _styled(run, touched=touched)
        if parts and parts[-1][-1:] in {"*", "`"} and part[:1] in {"*", "`"}:
            parts.append(BETWEEN)
        parts.append(part)
    return "".join(parts)


def one_line(runs: Text) -> Text:
    """The same without line breaks."""
    return tuple(Run(" ".join(_LINE_BREAKS.sub("\n", run.text).split("\n")), run.style) for run in runs)


def is_blank(runs: Text) -> bool:
    return not plain(runs).strip()


def unstyled(words: str) -> str:
    """Words for a place without markdown: a button, the name of a thread."""
    return isolated_lines(" ".join(words.split()))


def _merged(runs: Text) -> Sequence[Run]:
    """Runs of one style that follow each other as one, so that nothing can come alive across a seam."""
    joined = (Run("".join(run.text for run in held), style) for style, held in groupby(runs, _style))
    cleaned = (Run(_LINE_BREAKS.sub("\n", run.text), run.style) for run in joined)
    return [run for run in cleaned if run.text]


def _style(run: Run) -> Style:
    return run.style


def _styled(run: Run, *, touched: bool) -> str:
    """White space stays outside the signs, where they would not work next to it."""
    if run.style is Style.PLAIN:
        return _escaped(isolated_lines(run.text), touched=touched)
    words = run.text.strip()
    if not words:
        return run.text
    start = run.text.index(words[0])
    before, after = run.text[:start], run.text[start + len(words) :]
    if run.style is Style.CODE and "`" not in words:
        inner = " ".join(words.split("\n"))
    elif run.style is Style.CODE:  # nothing can stand for a backtick between backticks
        return before + _escaped(isolated_lines(words), touched=touched) + after
    else:
        lines = _escaped(isolated_lines(words), touched=False).split("\n")
        sign = _SIGNS[run.style]
        return before + "\n".join(f"{sign}{line}{sign}" if line.strip() else line for line in lines) + after
    return f"{before}`{isolated_lines(inner)}`{after}"


def _escaped(words: str, *, touched: bool) -> str:
    """`touched`: something follows without a space, and would become part of an address at the end."""
    parts: list[str] = []
    at = 0
    for found in _URL.finditer(words):
        if touched and not words[found.end() :].strip(".,;:!?)'\""):
            continue
        parts.append(_without_meaning(words[at : found.start()]))
        parts.append(found[0])
        at = found.end()
    parts.append(_without_meaning(words[at:]))
    return "".join(parts)


def _without_meaning(words: str) -> str:
    inert = _ALIVE.sub(r"\\\g<0>", words)
    return _LINE_START.sub(lambda found: f"{found[1] or found[3] or ''}\\{found[2] or found[4]}", inert)
