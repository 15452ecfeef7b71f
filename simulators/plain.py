"""What a person reads in a simulated service, as plain text."""

import re
from typing import Any

from simulators.discord import Message as DiscordMessage
from simulators.sendgrid import Mail
from simulators.slack.state import Message as SlackMessage

Json = dict[str, Any]


def slack(message: SlackMessage) -> str:
    """A message as Slack shows it: its blocks, or its text where there are none."""
    return slack_content({"text": message.text, "blocks": message.blocks})


def slack_content(content: Json) -> str:
    """The same for what a response_url or a command's answer carries."""
    blocks = content.get("blocks") or []
    return "\n".join(line for block in blocks for line in _block(block)) or content.get("text", "")


def _block(block: Json) -> list[str]:
    match block["type"]:
        case "header" | "section":
            return [block["text"]["text"]]
        case "actions":
            return [" ".join(f"[{element['text']['text']}]" for element in block["elements"])]
        case "context":
            return [" ".join(element.get("text", "") for element in block["elements"])]
        case "rich_text":
            return [line for element in block["elements"] for line in _rich(element)]
        case _:
            return []


def _rich(element: Json) -> list[str]:
    if element["type"] == "rich_text_list":
        return [f"  • {''.join(_runs(item))}" for item in element["elements"]]
    return "".join(_runs(element)).rstrip("\n").split("\n")


def _runs(element: Json) -> list[str]:
    return [_run(run) for run in element["elements"]]


def _run(run: Json) -> str:
    text = str(run.get("text", run.get("url", "")))
    return f"“{text}”" if run.get("style", {}).get("code") else text


def discord(message: DiscordMessage) -> str:
    """A message as Discord shows it."""
    return discord_content(message.content, message.components)


def discord_content(content: str, components: list[Json]) -> str:
    """The same for what an interaction is answered with."""
    buttons = [button["label"] for row in components for button in row.get("components", ())]
    shown = " ".join(f"[{label}]" for label in buttons)
    return "\n".join(part for part in (_shown(content), shown) if part)


def _shown(markdown: str) -> str:
    """Our own markup taken away: headings, small print, bold, italics, escapes; code stands in quotes."""
    lines = re.sub(r"^(?:#{1,3}|-#) ", "", markdown, flags=re.MULTILINE)
    lines = re.sub(r"^- ", "  • ", lines, flags=re.MULTILINE)
    quoted = re.sub(r"(?<!\\)`(.+?)(?<!\\)`", r"“\1”", lines)
    unstyled = re.sub(r"(?<!\\)(\*\*|\*)(.+?)(?<!\\)\1", r"\2", quoted)
    return re.sub(r"\\([^a-zA-Z0-9\s])", r"\1", unstyled)


def mail(message: Mail) -> str:
    """A mail as a program without HTML shows it."""
    return f"Subject: {message.subject}\n\n{(message.text or '').rstrip()}"
