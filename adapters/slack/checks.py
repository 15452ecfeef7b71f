"""Whether Slack is set up right, for `doctor` and `setup`."""

from collections.abc import Sequence

from adapters.slack.api import SlackApi
from adapters.slack.manifest import scopes
from adapters.slack.outcomes import TROUBLE, in_words, outcome_of
from domain.deliveries import Never

Finding = tuple[bool, str]


async def check(api: SlackApi, bot_tokens: Sequence[str], app_token: str | None) -> list[Finding]:
    """What is right (True) and what is not, a sentence each; every call is a live one."""
    findings: list[Finding] = []
    for place, token in enumerate(bot_tokens, 1):
        name = "SLACK_BOT_TOKEN" if len(bot_tokens) == 1 else f"Token {place} of SLACK_BOT_TOKEN"
        findings += await _bot(api, token, name)
    if app_token is not None:
        findings.append(await _app(api, app_token))
    return findings


async def team_of(api: SlackApi, bot_token: str) -> str | None:
    """The id of the workspace whose token that is; None when it is refused, empty when nobody can say now."""
    try:
        return (await api.call("auth.test", bot_token)).text("team_id")
    except TROUBLE as trouble:
        return None if isinstance(outcome_of(trouble, repeatable=True), Never) else ""


async def _bot(api: SlackApi, bot_token: str, name: str) -> list[Finding]:
    """Every answer names the token's scopes: https://docs.slack.dev/authentication/installing-with-oauth."""
    try:
        answer = await api.call("auth.test", bot_token)
        team = answer.text("team")
    except TROUBLE as trouble:
        return [(False, f"{name} does not work ({in_words(trouble)}); it starts with xoxb-.")]
    granted = {scope.strip() for scope in answer.headers.get("x-oauth-scopes", "").split(",")}
    missing = sorted(scopes() - granted)
    if missing:
        lacks = f"In {team} the app lacks {', '.join(missing)}"
        told = f"{lacks}: add it under OAuth & Permissions, then install again."
        return [(True, f"Connected to the Slack workspace {team}."), (False, told)]
    return [(True, f"Connected to the Slack workspace {team}, with all the scopes that are needed.")]


async def _app(api: SlackApi, app_token: str) -> Finding:
    """https://docs.slack.dev/reference/methods/apps.connections.open."""
    try:
        (await api.call("apps.connections.open", app_token)).text("url")
    except TROUBLE as trouble:
        told = "it starts with xapp- and needs connections:write, and Socket Mode must be on"
        return False, f"SLACK_APP_TOKEN opens no socket ({in_words(trouble)}); {told}."
    return True, "Socket Mode works."
