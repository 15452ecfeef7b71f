"""Whatever people type is stored clean and shown inert, on each channel and in each digest."""

import re
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
import pytest_asyncio

from domain.dones import MOST_COMBINING
from simulators.slack.markup import mentions, unescaped
from simulators.town import Town
from tests.e2e.voices import Team, gather, texts

pytestmark = pytest.mark.asyncio(loop_scope="module")

TUESDAY = date(2026, 11, 24)
MORNING = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
HOSTILE = (
    "nul \x00 bell \x07 escape \x1b[31m",
    "half a pair \ud83d and the other \ude00",
    "right to left \u202egnp.exe\u202c and isolated \u2067back",
    "@everyone @here @channel everybody",
    "<!channel> <!here> <!everyone> <!subteam^S012345|@all>",
    "<@U012345> <@123456789012345678> <@&123456789012345678> <#C012345>",
    "*bold* _italic_ ~struck~ `code` ```block``` ||hidden|| **strong** __under__",
    "[a link](https://evil.example) <https://evil.example|innocent> https://evil.example",
    "<script>alert(1)</script> <img src=x onerror=alert(1)> <b>b</b> &lt;i&gt; &amp;",
    "# heading > quote -# small {{ 7 * 7 }} {% raw %} ${HOME} $(id) '; DROP TABLE dones; --",
    "z" + "\u0335" * 200 + " defaced",
)
WORDS = (
    "nul",
    "half",
    "right",
    "everybody",
    "subteam",
    "U012345",
    "bold",
    "a link",
    "script",
    "heading",
    "z",
)
"""One of each line, by which it is found again in whatever became of it."""
LONG = "long " * 20_000
"""100,000 characters."""


class _Tags(HTMLParser):
    """What a mail program would build of a mail: its tags with their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(shared_town: Town) -> Team:
    """A team in which everybody wrote all of that; the morning after."""
    team = await gather(shared_town, "platform")
    for line in HOSTILE:
        await team.slack.write(line)
        await team.slack.add(line)
        whole = re.sub("[\ud800-\udfff]", "", line)  # Discord refuses half characters itself
        await team.discord.write(whole)
        await team.discord.add(whole)
        await _write_mail(team, line)
    await _write_mail(team, LONG)
    await team.slack.write("\n".join(HOSTILE))
    await shared_town.wait_until(MORNING, timedelta(hours=4))
    return team


@pytest.fixture
def team(told: Team, town: Town) -> Team:
    return told


def _told_on_discord(team: Team) -> list[str]:
    """The digest and what of it went into its thread."""
    discord = team.discord.town.services.discord
    threads = discord.threads(team.discord.channel.id)
    return team.discord_channel() + [each.content for one in threads for each in discord.messages(one.id)]


async def _write_mail(team: Team, text: str) -> None:
    """A mail whose octets are as hostile as its text."""
    raw = EmailMessage()
    raw["From"] = f'"Cleo <b>Park</b> <!channel> @everyone" <{team.mail.email}>'
    raw["To"] = team.mail.mails()[0].message["From"]
    raw["Subject"] = "=?utf-8?q?=00=ff?= <!channel> @everyone"
    raw.set_content("placeholder", cte="8bit")
    head = raw.as_bytes().partition(b"\n\n")[0]
    body = text.encode("utf-8", "surrogatepass")
    address = raw["To"].addresses[0].addr_spec
    status = await team.slack.town.services.sendgrid.post_mail(
        head + b"\n\n" + body, team.mail.email, address, dkim="{@example.com : pass}"
    )
    assert status == 200
    await team.slack.town.settle()


async def test_nothing_that_was_typed_is_lost(team: Team) -> None:
    for voice in team.voices:
        stored = "\n".join(texts(voice, TUESDAY))
        missing = [word for word in WORDS if word not in stored]
        assert missing == [], f"on {voice.address.channel.word}"
    assert sum("long " * 19_999 in text for text in texts(team.mail, TUESDAY)) == 1


async def test_what_is_stored_is_clean(team: Team) -> None:
    for voice in team.voices:
        for text in texts(voice, TUESDAY):
            text.encode()  # no half characters
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)
            assert "\u0335" * (MOST_COMBINING + 1) not in text


async def test_slack_is_shown_no_live_markup(team: Team) -> None:
    slack = team.slack.town.services.slack
    public = [*slack.messages(team.slack.channel), *slack.messages(slack.dm_of(team.slack.user))]
    ours = [(each.text, each.blocks) for each in public if each.bot_id]
    ours += [(each.text, each.blocks) for each in slack.ephemerals(team.slack.user)]
    assert len(ours) > len(HOSTILE)
    for text, blocks in ours:
        assert mentions(text, blocks) == []
        assert unescaped(text, blocks) == []
    assert any("alert(1)" in text for text in team.slack_channel()), "it is shown all the same"


async def test_discord_calls_nobody_and_shows_what_was_typed(team: Team) -> None:
    world = team.discord.town.services.discord.world
    ours = [each for each in world.messages.values() if each.author.is_bot]
    assert len(ours) > len(HOSTILE)
    for message in ours:
        assert not message.mention_everyone
        assert message.mentions == []
        assert not re.search(r"(?<!\\)<[@#]", message.content), message.content
        assert not re.search(r"(?<!\\)@(everyone|here)", message.content), message.content
        assert not re.search(r"(?<!\\)\|\|hidden", message.content)
        assert not re.search(r"(?<!\\)\[a link\]\(", message.content)
    assert any("alert(1)" in text for text in _told_on_discord(team))


async def test_mails_hold_no_tag_of_anybody_s_and_no_link_but_our_own(team: Team) -> None:
    template = _Tags()
    template.feed(team.mail.mails()[0].html or "")
    digest = [mail for mail in team.mail.mails() if mail.subject.startswith("platform")]
    assert len(digest) == 1
    parsed = _Tags()
    parsed.feed(digest[0].html or "")
    assert parsed.tags <= template.tags | {
        "ul",
        "li",
        "h1",
        "h2",
        "h3",
        "ol",
        "strong",
        "b",
        "em",
        "div",
        "bdi",
        "span",
    }
    assert "script" not in parsed.tags
    assert "onerror" not in parsed.attributes
    assert all(link.startswith("https://done.example.com/") for link in parsed.links), parsed.links
    assert "<script>alert(1)</script>" in parsed.text, "it is shown as it was typed"
    assert "{{ 7 * 7 }}" in parsed.text


async def test_headers_of_mails_hold_nothing_but_one_line_each(team: Team) -> None:
    for mail in team.mail.mails():
        for name, value in mail.message.items():
            assert "\n" not in str(value), name
            assert "\r" not in str(value), name


async def test_right_to_left_text_does_not_turn_what_follows_it(team: Team) -> None:
    """Whoever opens an override is the one who closes it: each line ends with as many ends as beginnings."""
    shown = [*team.slack_channel(), *_told_on_discord(team)]
    shown += [mail.text or "" for mail in team.mail.mails()]
    lines = [line for text in shown for line in text.splitlines() if "gnp.exe" in line]
    assert lines
    for line in lines:
        embedded = sum(line.count(each) for each in "\u202a\u202b\u202d\u202e")
        isolated = sum(line.count(each) for each in "\u2066\u2067\u2068")
        assert embedded == line.count("\u202c"), ascii(line)
        assert isolated == line.count("\u2069"), ascii(line)
