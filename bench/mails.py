"""Answers as Inbound Parse posts them in raw mode."""

import json

BOUNDARY = "xYzZYbench"
_QUOTED = (
    "\r\n\r\nOn Tue, 24 Nov 2026 at 18:00, donelog wrote:\r\n"
    "> What'd you get done today?\r\n>\r\n> Reply with a line for each thing.\r\n"
)
_TRACE = (
    "Received: from mail-oa1-f1.{domain} (mail-oa1-f1.{domain} [192.0.2.7]) by mx.sendgrid.net with ESMTPS id"
    " a1; Tue, 24 Nov 2026 18:05:01 +0000\r\n"
    "Received: by mail-oa1-f1.{domain} with SMTP id 46e09a7af769; Tue, 24 Nov 2026 10:05:00 -0800\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=20230601;\r\n"
    "        h=to:subject:message-id:date:from:in-reply-to:references:mime-version;\r\n"
    f"        bh={'A' * 43}=; b={'B' * 340}==\r\n"
    f"X-Google-DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=1e100.net; b={'C' * 340}==\r\n"
    "X-Gm-Message-State: " + "D" * 120 + "\r\nX-Received: by 2002:a05:6870 with SMTP id q1\r\n"
    "Return-Path: <{sender}>\r\n"
)
_STYLE = 'class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex"'
_MARKUP = "".join(
    f'<p style="font-family:Arial,sans-serif;font-size:13px;color:#333">Line {number} of it.</p>\r\n'
    for number in range(12)
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
    return _post(mail, sender, to)


def replied(sender: str, to: str, question: str, number: str, text: str) -> bytes:
    """The same as Gmail writes it: some 5 kB, half of it headers and markup.

    Args:
        sender: who answers.
        to: the address she was asked from.
        question: Message-ID of the mail that asked her.
        number: makes its Message-ID its own.
        text: what she writes, in a line.
    """
    domain = sender.partition("@")[2]
    quoted = _QUOTED.replace("\r\n", "<br>\r\n")
    mail = (
        f"{_TRACE.format(domain=domain, sender=sender)}"
        f"From: Somebody <{sender}>\r\nTo: donelog <{to}>\r\n"
        "Subject: Re: What'd you get done today? (Tue 24 Nov)\r\n"
        f"Message-ID: <{number}@{domain}>\r\nIn-Reply-To: {question}\r\nReferences: {question}\r\n"
        "Date: Tue, 24 Nov 2026 18:05:00 +0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="inner"\r\n\r\n'
        f"--inner\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}{_QUOTED}\r\n"
        f"--inner\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        f'<div dir="ltr">{text}</div><br><div class="gmail_quote"><blockquote {_STYLE}>{quoted}'
        f"{_MARKUP}</blockquote></div>\r\n--inner--\r\n"
    )
    return _post(mail, sender, to)


def _post(mail: str, sender: str, to: str) -> bytes:
    fields = {
        "email": mail,
        "dkim": f"{{@{sender.partition('@')[2]} : pass}}",
        "SPF": "pass",
        "envelope": json.dumps({"to": [to], "from": sender}),
        "charsets": "{}",
    }
    parts = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    return "".join((*parts, f"--{BOUNDARY}--\r\n")).encode()
