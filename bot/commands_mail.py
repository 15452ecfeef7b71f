"""`donelog mail ...`: what is made of mails, and what has arrived."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import commands_inbox
from bot.console import fail, say, say_json

if TYPE_CHECKING:  # only for the checker: commands load lazily
    from adapters.email.one_mail import ReadMail

mail_app = typer.Typer(help="Mail: how it is read, and what has arrived and waits.", no_args_is_help=True)
mail_app.command("list")(commands_inbox.list_items)
mail_app.command("show")(commands_inbox.show)
mail_app.command("replay")(commands_inbox.replay)


@mail_app.command("read")
def read(
    file: Annotated[
        Path | None, typer.Argument(help="A whole message (.eml); without it standard input.")
    ] = None,
    *,
    explain: Annotated[bool, typer.Option(help="Show each line with its verdict and the rule.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl",
            help='A filter: reads lines {"id", "raw_b64"} or {"id", "text"}, writes '
            '{"id", "reply", "dones": [{"kind", "text"}], "auto"}.',
        ),
    ] = False,
) -> None:
    """The reply in a mail and the dones in it.  Quotes and signature are cut."""
    from adapters.email.one_mail import read_jsonl, read_raw

    if jsonl:
        for answer in read_jsonl(sys.stdin.buffer):
            sys.stdout.write(answer + "\n")
        return
    if file is not None and not file.is_file():
        fail(f"There is no file {file}.")
    mail = read_raw(file.read_bytes() if file else sys.stdin.buffer.read())
    if as_json:
        say_json(mail.as_json())
    elif explain:
        _explain(mail)
    else:
        _show(mail)


def _show(mail: "ReadMail") -> None:
    if mail.automatic:
        say(f"No answer of a person: {mail.automatic}.")
    say(mail.answer.reply)
    for kind, text in mail.dones():
        say(f"{kind:>8}  {text}")


def _explain(mail: "ReadMail") -> None:
    if mail.automatic:
        say(f"No answer of a person: {mail.automatic}.")
    for line in mail.answer.lines:
        if line.text.strip() or line.rule:
            say(f"{line.verdict.value:<12} {line.rule or '-':<44} | {line.text.rstrip()}")
