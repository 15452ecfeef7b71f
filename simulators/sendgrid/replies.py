"""What a mail program makes of "reply": the threading headers, the attribution, the quoted original."""

import html as markup
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr

from simulators.sendgrid.mails import Mail

_WIRE = SMTP.clone(max_line_length=998)
_LINE = 78
"""Where the program breaks the plain text of an attribution, between `<` and the address."""


def reply_to(
    mail: Mail, sender: str, text: str, html: str | None, at: datetime, *, quote: bool
) -> EmailMessage:
    """A reply to `mail` as a widely used web mail program writes it.

    Args:
        mail: What is answered; the reply goes to its Reply-To, else to its From.
        sender: The replying person's From, with or without a name.
        text: What she types, above the quoted original.
        html: The same as HTML; where None it is made from `text`, as such programs do.
        at: When she sends it.
        quote: Whether the original follows below.
    """
    original = mail.message
    reply = EmailMessage(policy=_WIRE)
    reply["MIME-Version"] = "1.0"
    reply["From"] = sender
    reply["To"] = str(original["Reply-To"] or original["From"])
    subject = mail.subject
    reply["Subject"] = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    reply["Date"] = format_datetime(at)
    reply["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2])
    reply["In-Reply-To"] = mail.message_id
    reply["References"] = " ".join([*str(original.get("References", "")).split(), mail.message_id])
    typed = html or _typed(text)
    reply.set_content(_text(mail, text, at) if quote else text.rstrip("\n") + "\n")
    reply.add_alternative(_html(mail, typed, at) if quote else typed, subtype="html")
    return reply


def _attribution(mail: Mail, at: datetime) -> str:
    """Everything in front of the address, in the zone of the person who replies."""
    name = parseaddr(str(mail.message["From"]))[0] or mail.sender
    # Written out, because strftime has no day of the month without a leading zero on every platform.
    local = mail.at.astimezone(at.tzinfo)
    return f"On {local:%a}, {local:%b} {local.day}, {local.year} at {local:%H:%M} {name} "


def _text(mail: Mail, text: str, at: datetime) -> str:
    attribution = f"{_attribution(mail, at)}<{mail.sender}> wrote:"
    if len(attribution) > _LINE:
        attribution = attribution.replace("<", "<\n", 1)
    lines = (mail.text or "").rstrip("\n").split("\n")
    quoted = "\n".join(f"> {line}" if line else ">" for line in lines)
    return "{}\n\n{}\n\n{}\n".format(text.rstrip("\n"), attribution, quoted)


def _html(mail: Mail, typed: str, at: datetime) -> str:
    link = f'&lt;<a href="mailto:{mail.sender}">{mail.sender}</a>&gt;'
    attribution = f"{markup.escape(_attribution(mail, at))}{link} wrote:"
    original = mail.html or _typed(mail.text or "")
    return (
        f'{typed}<br><div class="gmail_quote">'
        f'<div dir="ltr" class="gmail_attr">{attribution}<br></div>'
        '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid'
        f' rgb(204,204,204);padding-left:1ex">{original}</blockquote></div>\n'
    )


def _typed(text: str) -> str:
    lines = markup.escape(text.rstrip("\n")).split("\n")
    return '<div dir="ltr">' + "".join(f"<div>{line or '<br>'}</div>" for line in lines) + "</div>"
