"""Everything the bot says.

Facts and a channel in, a message out; nothing else decides.  Short, warm, exact: it says what it did, for
which day, and when others see it.  It never tags, counts or compares people; mistakes are its own.
"""

from typing import assert_never

from domain import facts as f
from domain import notices as n
from domain import talk as t
from domain.local_time import show_day
from domain.messages import Message
from domain.people import Channel
from domain.wording import asked, day, digest, notices, talk, teams
from domain.wording.phrases import one_sentence


def word(facts: f.Facts, channel: Channel) -> Message:  # noqa: C901, PLR0911, PLR0912 -- an arm a saying
    """The message that tells these facts on that channel."""
    match facts:
        case f.PromptAsked():
            return day.prompt(facts, channel)
        case f.Recorded():
            return day.recorded(facts, channel)
        case f.NothingNoted():
            return one_sentence(f"Noted: nothing for {show_day(facts.day)}. Enjoy your evening.")
        case f.DayShown():
            return day.day_shown(facts, channel)
        case f.Changed():
            return day.changed(facts)
        case f.SearchShown():
            return asked.search_shown(facts, channel)
        case f.HelpShown():
            return asked.help_shown(facts, channel)
        case f.SettingsShown():
            return asked.settings_shown(facts, channel)
        case f.TeamMade():
            return teams.team_made(facts)
        case f.Joined():
            return teams.joined(facts, channel)
        case f.JoinOffered():
            return teams.join_offered(facts, channel)
        case f.Left():
            return one_sentence(f"You have left {facts.team}. What you wrote stays.")
        case f.Invited():
            return teams.invited(facts)
        case f.Invitation():
            return teams.invitation(facts)
        case f.Connected():
            return teams.connected(facts)
        case f.NotConnected():
            return teams.not_connected(facts, channel)
        case f.TokenMissing():
            return teams.token_missing(facts)
        case f.NotNow():
            return one_sentence("I cannot write that down at the moment; please send it again in a minute.")
        case f.WhichOrganization():
            return teams.which_organization(facts)
        case f.Stranger():
            return teams.stranger(channel)
        case f.MailStopped():
            return teams.mail_stopped(facts)
        case f.Refused():
            return one_sentence(facts.sentence)
        case f.Digest():
            return digest.digest(facts)
        case n.WayLost():
            return notices.way_lost(facts)
        case n.OutOfReach():
            return notices.out_of_reach(facts)
        case n.WorkspaceLost():
            return notices.workspace_lost(facts)
        case n.ChannelLost():
            return notices.channel_lost(facts)
        case t.Absent():
            return talk.absent(facts, channel)
        case t.Returned():
            return talk.returned(facts, channel)
        case t.AwayOffered():
            return talk.away_offered(facts, channel)
        case t.WasItYou():
            return talk.was_it_you(facts)
        case t.MailClaimed():
            return talk.mail_claimed(facts)
        case t.Remarks():
            return talk.remarks(facts)
        case t.DigestAnswered():
            return talk.digest_answered(facts)
        case _:
            assert_never(facts)
