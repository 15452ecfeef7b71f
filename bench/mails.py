"""Answers as Inbound Parse posts them in raw mode."""

import json

BOUNDARY = "xYzZYbench"
_QUOTED = (
    "\r\n\r\nOn Tue, 24 Nov 2026 at 18:00, donelog wrote:\r\n"
    "> What'd you get done today?\r\n>\r\n> Answer this mail with a line for each thing.\r\n"
)


def posted(sender: str, to: str, number: str, text: str, octets: int = 0) -> bytes:
    """The body of a post with one answer in it.

    Args:
        sender: who answers.
        to: the address she was asked from.
        number: makes its Message-ID its own.
        text: what she writes.
        octets: how long the post is at least, by way of an attachment.
    """
    domain = sender.partition("@")[2]
    head = (
        f"From: Somebody <{sender}>\r\nTo: donelog <{to}>\r\n"
        "Subject: Re: What'd you get done today? (Tue 24 Nov)\r\n"
        f"Message-ID: <{number}@{domain}>\r\nDate: Tue, 24 Nov 2026 18:05:00 +0000\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="inner"\r\n\r\n'
    )
    fill = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eg\r\n" * (octets // 72)
    mail = (
        f"{head}--inner\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}{_QUOTED}\r\n"
        f"--inner\r\nContent-Type: image/png\r\nContent-Disposition: attachment\r\n\r\n{fill}--inner--\r\n"
    )
    fields = {
        "email": mail,
        "dkim": f"{{@{domain} : pass}}",
        "SPF": "pass",
        "envelope": json.dumps({"to": [to], "from": sender}),
        "charsets": "{}",
    }
    parts = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    return "".join((*parts, f"--{BOUNDARY}--\r\n")).encode()
