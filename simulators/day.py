"""A day of a team of three in three time zones on three channels, played for the demo and the tests."""

from datetime import UTC, datetime, timedelta

from simulators import plain
from simulators.discord import InteractionAnswer
from simulators.sendgrid import Mail
from simulators.slack.service import Answer
from simulators.town import Town
from simulators.transcript import Transcript
from simulators.watching import Watcher

STARTS = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
CLEO = "cleo@example.com"
ANA_WRITES = "shipped the invoice importer\n[] pair with Ben on the flaky test"
ANA_MEANT = "shipped the invoice importer to everybody\n[] pair with Ben on the flaky test"
BEN_WRITES = "- closed 14 stale tickets #support\n! waiting for DNS access"
CLEO_WRITES = "Signed the lease for the new office\n\n-- \nCleo Park\nOffice manager"
ZONES = {
    "Ana": "Europe/Madrid",
    "Ben": "Asia/Kolkata",
    "Cleo": "America/New_York",
    CLEO: "America/New_York",
    "team": "Europe/Madrid",
}
BEN_ASKED = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
ANA_ASKED = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
CLEO_ASKED = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
DIGEST_TOLD = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


class Day:
    """Plays the day; each step is a method, `play` does them all."""

    def __init__(self, town: Town, transcript: Transcript) -> None:
        self.town = town
        self.transcript = transcript
        self.watcher = Watcher(town.services, transcript, ZONES)
        slack, discord = town.services.slack, town.services.discord
        workspace = town.services.workspace
        self.ana = slack.add_user(workspace, "Ana", "Ana", "Europe/Madrid", "ana@example.com", is_admin=True)
        self.slack_channel = slack.add_channel(workspace, "platform", [self.ana])
        self.ben = discord.add_user("Ben", "Ben")
        self.guild = discord.add_guild("Initech", self.ben)

    async def play(self) -> None:
        await self.set_up()
        await self.ask_ben()
        await self.ask_ana()
        await self.ask_cleo()
        await self.tell_the_team()
        await self.search()
        problems = self.town.services.problems
        self.transcript.check("the services understood every request", not problems)
        for problem in problems:
            self.watcher.story(f"not understood: {problem}")

    # ------------------------------------------------------------ the morning before

    async def set_up(self) -> None:
        self.watcher.story("Tuesday morning. Ana makes a team on Slack, Ben joins on Discord, Cleo by mail.")
        discord = self.town.services.discord
        self.discord_channel = await discord.add_channel(self.guild, "platform")
        await discord.invite_bot(self.guild)
        await self.town.connected()
        made = await self._slack("team here")
        self._check("a team was made on Slack, with a Join button", "[Join]" in plain.slack_content(made))
        await self._discord("join", {"team": "platform"})
        await self._discord("zone", {"zone": "Asia/Kolkata"})
        await self._discord("team here", {"name": "platform"})
        await self._slack(f"invite {CLEO}")
        await self.settle()
        invitation = self._mail_to_cleo("invites you")
        self._check("Cleo, who never signed up, got an invitation", invitation is not None)
        if invitation:
            await self._cleo_answers(invitation, "zone America/New_York")

    # ------------------------------------------------------------ 18:00, three times

    async def ask_ben(self) -> None:
        await self.until(BEN_ASKED, "18:00 in Bangalore.")
        asked = [m for m in self._discord_dm() if "What'd you get done today?" in m]
        self._check("Ben was asked at his own 18:00 on Discord, once", len(asked) == 1)
        self.watcher.said("Discord", "Ben", BEN_WRITES)
        await self.town.services.discord.dm(self.ben, BEN_WRITES)
        await self.settle()

    async def ask_ana(self) -> None:
        slack = self.town.services.slack
        await self.until(ANA_ASKED, "18:00 in Madrid.")
        asked = [m for m in self._slack_dm() if "What'd you get done today?" in m]
        self._check("Ana was asked at her own 18:00 on Slack, once", len(asked) == 1)
        self.watcher.said("Slack", "Ana", ANA_WRITES)
        ts = await slack.dm(self.ana, ANA_WRITES)
        await self.settle()
        self.town.clock.advance(timedelta(minutes=2))
        self.watcher.said("Slack, her message edited", "Ana", ANA_MEANT)
        await slack.edit(self.ana, slack.dm_of(self.ana), ts, ANA_MEANT)
        await self.settle()
        marked = [m for m in slack.messages(slack.dm_of(self.ana)) if m.ts == ts and m.reactions]
        self._check("Ana's message got a check mark", bool(marked))

    async def ask_cleo(self) -> None:
        await self.until(CLEO_ASKED, "18:00 in Boston.")
        asked = [mail for mail in self.town.services.sendgrid.outbox if mail.subject.startswith("What'd you")]
        self._check("Cleo was asked at her own 18:00 by mail, once", len(asked) == 1)
        if asked:
            await self._cleo_answers(asked[0], CLEO_WRITES)

    # ------------------------------------------------------------ the morning after

    async def tell_the_team(self) -> None:
        await self.until(DIGEST_TOLD, "Wednesday, 09:00 in Madrid.")
        slack = self.town.services.slack
        posted = [plain.slack(m) for m in slack.messages(self.slack_channel) if m.bot_id]
        self._check_digest("Slack", posted[-1] if posted else "")
        channel = self.town.services.discord.messages(self.discord_channel.id)
        self._check_digest("Discord", channel[-1].content if channel else "")
        mailed = self._mail_to_cleo("platform: Tuesday 24 November")
        self._check_digest("mail", mailed.text or "" if mailed else "")

    def _check_digest(self, where: str, text: str) -> None:
        words = (
            "invoice importer to everybody",
            "pair with Ben",
            "closed 14 stale tickets",
            "DNS",
            "Signed the lease",
        )
        self._check(f"the digest by {where} tells what all three wrote", all(word in text for word in words))
        self._check(f"the digest by {where} is without Cleo's signature", "Office manager" not in text)

    async def search(self) -> None:
        self.watcher.story("Everybody can find it again.")
        found = plain.slack_content(await self._slack("search importer"))
        self._check("a search on Slack finds Ana's line", "invoice importer to everybody" in found)
        answer = await self._discord("search", {"query": "lease"})
        self._check(
            "a search on Discord finds Cleo's line", "lease" in answer.content and "Cleo" in answer.content
        )
        before = len(self.town.services.sendgrid.outbox)
        digest = self._mail_to_cleo("platform: Tuesday 24 November")
        if digest:
            await self._cleo_answers(digest, "search tickets")
        answers = self.town.services.sendgrid.outbox[before:]
        self._check(
            "a search by mail finds Ben's line", any("stale tickets" in (m.text or "") for m in answers)
        )

    # ------------------------------------------------------------ doing and seeing

    async def until(self, instant: datetime, story: str) -> None:
        await self.town.wait_until(instant)
        self.watcher.story(story)
        self.watcher.look()

    async def settle(self) -> None:
        await self.town.settle()
        self.watcher.look()

    def _check(self, sentence: str, held: bool) -> None:  # noqa: FBT001 -- what is checked is the argument
        self.transcript.check(sentence, held)

    async def _slack(self, typed: str) -> dict[str, object]:
        """Ana types `/done ...` in the channel; what she or everybody is shown."""
        self.watcher.said("#platform on Slack", "Ana", f"/done {typed}")
        answer: Answer = await self.town.services.slack.slash(self.ana, self.slack_channel, "/done", typed)
        shown = answer.body or (answer.posts[-1] if answer.posts else {})
        if shown.get("response_type") != "in_channel":
            self.watcher.answered("Slack", "Ana", plain.slack_content(shown))
        self.watcher.look()
        return shown

    async def _discord(self, subcommand: str, options: dict[str, str]) -> InteractionAnswer:
        """Ben types `/done ...` in the channel."""
        typed = " ".join(f"{name}:{value}" for name, value in options.items())
        self.watcher.said("#platform on Discord", "Ben", f"/done {subcommand} {typed}")
        discord = self.town.services.discord
        answer = await discord.command(self.ben, self.discord_channel, "done", subcommand, options)
        if answer.is_thinking:
            await answer.settled()
        if answer.ephemeral:
            self.watcher.answered("Discord", "Ben", plain.discord_content(answer.content, answer.components))
        self.watcher.look()
        return answer

    async def _cleo_answers(self, mail: Mail, text: str) -> None:
        self.watcher.said("Mail, a reply", "Cleo", text)
        await self.town.services.sendgrid.reply(mail, text, from_address=f"Cleo Park <{CLEO}>")
        await self.settle()

    def _mail_to_cleo(self, subject: str) -> Mail | None:
        mails = [m for m in self.town.services.sendgrid.outbox if m.to == CLEO and subject in m.subject]
        return mails[-1] if mails else None

    def _slack_dm(self) -> list[str]:
        slack = self.town.services.slack
        return [plain.slack(message) for message in slack.messages(slack.dm_of(self.ana)) if message.bot_id]

    def _discord_dm(self) -> list[str]:
        discord = self.town.services.discord
        dm = discord.dm_of(self.ben)
        return [m.content for m in discord.messages(dm.id) if m.author.is_bot]
