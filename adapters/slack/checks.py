"""Whether Slack is set up right, for `doctor` and `setup`."""

from adapters.slack.api import SlackApi
from adapters.slack.manifest import scopes
from adapters.slack.outcomes import TROUBLE, in_words

Finding = tuple[bool, str]


async def check(api: SlackApi, bot_token: str, app_token: str | None) -> list[Finding]:
    """What is right (True) and what is not, a sentence each; every call is a live one."""
    findings = await _bot(api, bot_token)
    if app_token is not None:
        findings.append(await _app(api, app_token))
    return findings


async def _bot(api: SlackApi, bot_token: str) -> list[Finding]:
    """Every answer names the token's scopes: https://docs.slack.dev/authentication/installing-with-oauth."""
    try:
        answer = await api.call("auth.test", bot_token)
        team = answer.text("team")
    except TROUBLE as trouble:
        return [(False, f"SLACK_BOT_TOKEN does not work ({in_words(trouble)}); it starts with xoxb-.")]
    granted = {scope.strip() for scope in answer.headers.get("x-oauth-scopes", "").split(",")}
    missing = sorted(scopes() - granted)
    if missing:
        told = f"The app lacks {', '.join(missing)}: add it under OAuth & Permissions, then install again."
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
