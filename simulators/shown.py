"""A transcript at the terminal; colour is never the only sign."""

from rich.console import Console
from rich.text import Text

from simulators.transcript import Check, Line, Speaker

_INDENT = " " * 8


def show(console: Console, entry: Line | Check) -> None:
    """Print one line or check."""
    if isinstance(entry, Check):
        sign, style = ("✓", "green") if entry.held else ("✗ did not happen:", "bold red")
        console.print(Text(f"  {sign} {entry.sentence}", style=style))
    elif entry.speaker is Speaker.STORY:
        console.print(Text(f"\n{entry.text}", style="bold"))
    else:
        console.print(_head(entry))
        for line in Text(entry.text).wrap(console, console.width - len(_INDENT)):
            line.rstrip()
            console.print(Text.assemble(_INDENT, line) if line else "")


def _head(line: Line) -> Text:
    colour = "cyan" if line.speaker is Speaker.PERSON else "magenta"
    head = Text(f"  {line.at:%H:%M} ", style="dim")
    head.append(line.name, style=f"bold {colour}")
    head.append(f"  {line.place}", style="dim")
    return head
