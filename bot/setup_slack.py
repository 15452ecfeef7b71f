"""`donelog setup slack`."""

import asyncio
from collections.abc import Sequence

from adapters.slack.api import SlackApi
from adapters.slack.checks import check, team_of
from adapters.slack.manifest import create_app_url
from bot.console import agreed, say
from bot.settings import SettingsError
from bot.setup import SetUp, report, steps

APP = [
    "1. Create the app: open this link, choose your workspace, press Next and Create.",
]
TOKENS = [
    "2. Under Install App press Install to Workspace; the Bot User OAuth Token begins with xoxb-.",
    "3. Under Basic Information, App-Level Tokens, generate one with the scope connections:write;",
    "   it begins with xapp-.",
]
FURTHER = [
    "1. Install the same app in the further workspace; docs/howto/slack.md says how.",
    "2. Slack gives a bot token for it, which begins with xoxb-. The others stay as they are.",
]
BOT_TOKEN = "SLACK_BOT_TOKEN"  # noqa: S105 -- a name


def run(setup: SetUp) -> None:
    """Lead through Slack: from the app to a workspace that is connected, or to a token for a further one."""
    there = _tokens_there(setup)
    if there and agreed("Slack is set up already. Add a further workspace?"):
        _add(setup, there)
    else:
        _begin(setup, there)


def _begin(setup: SetUp, there: Sequence[str]) -> None:
    steps(APP)
    setup.show(create_app_url())
    steps(TOKENS)
    while True:
        setup.ask(BOT_TOKEN, "Bot User OAuth Token")
        setup.ask("SLACK_APP_TOKEN", "App-level token")
        _keep_the_others(setup, there)
        if report(asyncio.run(_check(setup))):
            break
    setup.keep()
    say("This workspace is connected as soon as donelog runs.")
    setup.say_what_is_next()


def _add(setup: SetUp, there: Sequence[str]) -> None:
    steps(FURTHER)
    while True:
        setup.ask(BOT_TOKEN, "Bot User OAuth Token of the further workspace")
        _keep_the_others(setup, there)
        if report(asyncio.run(_check(setup))):
            break
    setup.keep()
    say("The other workspace joins by the code below: type it there once donelog has been restarted.")
    setup.say_what_is_next()


def _tokens_there(setup: SetUp) -> tuple[str, ...]:
    """None where what is there cannot be read: then it is asked for again."""
    try:
        tokens: tuple[str, ...] = setup.value(BOT_TOKEN)
    except SettingsError:
        return ()
    return tokens


def _keep_the_others(setup: SetUp, there: Sequence[str]) -> None:
    """Put a typed token in place of the same workspace's old one, and keep those of other workspaces."""
    typed = setup.value(BOT_TOKEN)
    if not there or typed == there:
        return
    together = asyncio.run(_together(setup, there, typed))
    if together != typed:
        setup.learn(BOT_TOKEN, ",".join(together))


async def _together(setup: SetUp, there: Sequence[str], typed: Sequence[str]) -> tuple[str, ...]:
    api = _api(setup)
    try:
        teams = {token: await team_of(api, token) for token in (*there, *typed)}
    finally:
        await api.close()
    together = list(there)
    for token in typed:
        if token in together:
            continue
        given_up = {None, teams[token]} - {""}  # one that is refused has no workspace to keep
        place = next((at for at, other in enumerate(together) if teams[other] in given_up), len(together))
        together[place : place + 1] = [token]
    return tuple(together)


async def _check(setup: SetUp) -> list[tuple[bool, str]]:
    api = _api(setup)
    try:
        return await check(api, setup.value(BOT_TOKEN), setup.value("SLACK_APP_TOKEN"))
    finally:
        await api.close()


def _api(setup: SetUp) -> SlackApi:
    return SlackApi(f"{setup.value('SLACK_API_URL')}/")
