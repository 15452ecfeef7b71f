"""`donelog setup slack`."""

import asyncio

from adapters.slack.api import SlackApi
from adapters.slack.checks import check
from adapters.slack.manifest import create_app_url
from bot.console import say
from bot.setup import SetUp, report, steps

APP = [
    "1. Create the app: open this link, choose your workspace, press Next and Create.",
]
TOKENS = [
    "2. Under Install App press Install to Workspace; the Bot User OAuth Token begins with xoxb-.",
    "3. Under Basic Information, App-Level Tokens, generate one with the scope connections:write;",
    "   it begins with xapp-.",
]


def run(setup: SetUp) -> None:
    """Lead through Slack, from the app to a workspace that is connected."""
    steps(APP)
    setup.show(create_app_url())
    steps(TOKENS)
    while True:
        setup.ask("SLACK_BOT_TOKEN", "Bot User OAuth Token")
        setup.ask("SLACK_APP_TOKEN", "App-level token")
        if report(asyncio.run(_check(setup))):
            break
    setup.keep()
    say("This workspace is connected as soon as donelog runs.")
    setup.say_what_is_next()


async def _check(setup: SetUp) -> list[tuple[bool, str]]:
    api = SlackApi(f"{setup.value('SLACK_API_URL')}/")
    try:
        return await check(api, setup.value("SLACK_BOT_TOKEN"), setup.value("SLACK_APP_TOKEN"))
    finally:
        await api.close()
