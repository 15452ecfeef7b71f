"""One example of everything the bot can say; each channel has a golden file for each of them."""

from datetime import date

from domain import facts as f
from domain import notices as n
from domain import talk as t
from domain.dones import LineKind
from domain.messages import Message
from domain.people import Channel
from domain.wording import word

TUESDAY = date(2026, 11, 24)
FRIDAY, SUNDAY = date(2026, 11, 20), date(2026, 11, 22)

HOSTILE = (
    "*b* _i_ ~s~ `c` <b>&amp;</b> <!channel> @everyone <@U1> [x](javascript:alert(1)) ||s|| > q \u202edorw"
)
"""Markup of all three channels, mentions, and a mark that turns the reading direction."""

ADA = f.DigestPerson(
    "Ada",
    by_mail=False,
    lines=(
        f.DigestLine(TUESDAY, LineKind.DONE, "shipped the invoice importer"),
        f.DigestLine(TUESDAY, LineKind.GOAL, "pair with Ben on the flaky test"),
    ),
)
BEN = f.DigestPerson(
    "Ben",
    by_mail=False,
    lines=(
        f.DigestLine(TUESDAY, LineKind.DONE, "closed 14 stale tickets #support"),
        f.DigestLine(TUESDAY, LineKind.BLOCKER, "waiting for DNS access"),
    ),
)
CLEO = f.DigestPerson("Cleo", by_mail=True, lines=(f.DigestLine(TUESDAY, LineKind.DONE, "signed the lease"),))

FACTS: dict[str, f.Facts] = {
    "prompt_first": f.PromptAsked(TUESDAY, explain=True),
    "prompt_with_goals": f.PromptAsked(TUESDAY, explain=False, goals=("draft the onboarding mail",)),
    "recorded": f.Recorded(
        TUESDAY,
        (f.SaidLine(LineKind.DONE, "shipped the importer"), f.SaidLine(LineKind.GOAL, "pair with Ben")),
        ("platform",),
        "tomorrow at 09:00 Madrid",
        can_edit=True,
    ),
    "recorded_without_team": f.Recorded(
        TUESDAY,
        (f.SaidLine(LineKind.DONE, "wrote a plan"),),
        (),
        "",
        can_edit=False,
        joinable=((7, "platform"),),
    ),
    "recorded_before_any_team": f.Recorded(
        TUESDAY, (f.SaidLine(LineKind.DONE, "wrote a plan"),), (), "", can_edit=False
    ),
    "recorded_doubtful": f.Recorded(
        TUESDAY,
        (f.SaidLine(LineKind.DONE, "serch invoices"),),
        ("platform",),
        "tomorrow at 09:00 Madrid",
        can_edit=True,
        doubtful=True,
    ),
    "nothing_noted": f.NothingNoted(TUESDAY),
    "day": f.DayShown(
        TUESDAY,
        (
            f.SaidLine(LineKind.DONE, "shipped the importer"),
            f.SaidLine(LineKind.BLOCKER, "no DNS access", private=True),
        ),
    ),
    "day_empty": f.DayShown(TUESDAY, ()),
    "changed": f.Changed(TUESDAY, "shiped it", "shipped it"),
    "deleted": f.Changed(TUESDAY, "shipped it", None),
    "search": f.SearchShown(
        "import",
        (f.Hit("Ada", TUESDAY, LineKind.DONE, "shipped the invoice importer", ((20, 26),)),),
        total=14,
        page=1,
        pages=2,
        degraded=True,
        keep_as_done=True,
    ),
    "search_empty": f.SearchShown("unicorn", (), 0, 1, 0, degraded=False),
    "search_last_for_now": f.LastForNow(f.SearchShown("unicorn", (), 0, 1, 0, degraded=False)),
    "help": f.HelpShown("", kept=False),
    "help_unclear": f.HelpShown("serch invoices", kept=True),
    "settings": f.SettingsShown(
        minute=18 * 60,
        zone="Europe/Madrid",
        days=0b11111,
        days_are_teams=True,
        channel=Channel.SLACK,
        channels=(Channel.SLACK, Channel.EMAIL),
        teams=("platform",),
    ),
    "settings_changed": f.SettingsShown(
        minute=17 * 60 + 30,
        zone="Europe/Madrid",
        days=0b11111,
        days_are_teams=True,
        channel=Channel.SLACK,
        channels=(Channel.SLACK,),
        teams=("platform",),
        changed="time",
    ),
    "settings_of_a_team_too": f.SettingsShown(
        minute=18 * 60,
        zone="Asia/Kolkata",
        days=0b11111,
        days_are_teams=True,
        channel=Channel.DISCORD,
        channels=(Channel.DISCORD,),
        teams=("platform",),
        changed="zone",
        moved=("platform",),
    ),
    "team_made_without_zone": f.TeamMade(7, "platform", "UTC", 9 * 60, "#platform"),
    "team_made": f.TeamMade(7, "platform", "Europe/Madrid", 9 * 60, "#platform"),
    "joined": f.Joined("platform", already=False, minute=18 * 60, zone="Europe/Madrid", days=0b11111),
    "join_offered": f.JoinOffered(((7, "platform"), (8, "support"))),
    "join_nothing": f.JoinOffered(()),
    "left": f.Left("platform", 7),
    "invited": f.Invited("cleo@example.com", "platform", already=False),
    "invitation": f.Invitation("Ada", "platform", 18 * 60, "America/New_York", 0b11111),
    "connected": f.Connected("Initech"),
    "not_connected": f.NotConnected(),
    "token_missing": f.TokenMissing(kept=True),
    "token_missing_for_a_code": f.TokenMissing(kept=False),
    "not_now": f.NotNow(),
    "which_organization": f.WhichOrganization(((1, "Initech"), (2, "Initrode")), TUESDAY, 5),
    "stranger": f.Stranger(),
    "mail_stopped": f.MailStopped("cleo@example.com"),
    "way_lost": n.WayLost(Channel.SLACK, Channel.EMAIL, wanted=False),
    "way_lost_by_bounces": n.WayLost(Channel.EMAIL, Channel.DISCORD, wanted=False),
    "way_lost_as_wanted": n.WayLost(Channel.EMAIL, Channel.SLACK, wanted=True),
    "out_of_reach": n.OutOfReach("Cleo", Channel.EMAIL, wanted=False),
    "out_of_reach_as_wanted": n.OutOfReach("Cleo", Channel.EMAIL, wanted=True),
    "workspace_lost": n.WorkspaceLost("Initech", Channel.SLACK, "token_revoked"),
    "channel_lost": n.ChannelLost(Channel.DISCORD, "the bot token is not valid; check DISCORD_BOT_TOKEN"),
    "channel_lost_mail": n.ChannelLost(Channel.EMAIL, "535 5.7.8 Authentication failed"),
    "away": t.Absent(TUESDAY, date(2026, 11, 29), date(2026, 11, 30), begins_now=True),
    "away_later": t.Absent(date(2026, 12, 24), date(2027, 1, 2), date(2027, 1, 4), begins_now=False),
    "paused": t.Absent(TUESDAY, None, None, begins_now=True),
    "returned": t.Returned(was_away=True, minute=18 * 60, zone="Europe/Madrid"),
    "returned_from_nowhere": t.Returned(was_away=False, minute=18 * 60, zone="Europe/Madrid"),
    "away_offered": t.AwayOffered(date(2026, 11, 30)),
    "away_offered_without_end": t.AwayOffered(None),
    "was_it_you": t.WasItYou("ana.lopez@example.net", TUESDAY, TUESDAY, 5),
    "was_it_you_unproved": t.WasItYou("cleo@example.com", TUESDAY, TUESDAY, 5, says_it_is_her=True),
    "mail_claimed": t.MailClaimed("ana.lopez@example.net", hers=True, count=1, remembered=True),
    "mail_claimed_own": t.MailClaimed("cleo@example.com", hers=True, count=1, remembered=False),
    "mail_not_hers": t.MailClaimed(
        "eve@example.net",
        hers=False,
        count=1,
        remembered=True,
        then=t.WasItYou("ana.lopez@example.net", TUESDAY, TUESDAY, 6),
    ),
    "mail_settled": t.MailClaimed("", hers=True, count=0, remembered=False),
    "remarks": t.Remarks(
        "Ben",
        (
            t.Remarked(TUESDAY, "shipped the invoice importer", "at last, thank you"),
            t.Remarked(TUESDAY, "shipped the invoice importer", ""),
            t.Remarked(TUESDAY, "closed 14 stale tickets #support", ""),
        ),
    ),
    "likes": t.Remarks("Ben", (t.Remarked(TUESDAY, "shipped the invoice importer", ""),)),
    "digest_answered": t.DigestAnswered(TUESDAY, "shipped the invoice importer"),
    "refused": f.Refused("I could not read “teatime” as a time; try `17:30`."),
    "digest": f.Digest(
        "platform",
        TUESDAY,
        TUESDAY,
        (ADA, BEN, CLEO),
        away=(("Dee", date(2026, 11, 30)),),
        to_come=("Finn",),
        not_asked=("Gus",),
        quiet=("Eli",),
    ),
    "digest_weekend": f.Digest(
        "platform",
        FRIDAY,
        SUNDAY,
        (
            f.DigestPerson(
                "Ada", by_mail=False, lines=(f.DigestLine(FRIDAY, LineKind.DONE, "cut the release"),)
            ),
        ),
    ),
    "digest_hostile": f.Digest(
        HOSTILE,
        TUESDAY,
        TUESDAY,
        (f.DigestPerson(HOSTILE, by_mail=False, lines=(f.DigestLine(TUESDAY, LineKind.BLOCKER, HOSTILE),)),),
        quiet=(HOSTILE,),
    ),
}


def examples(channel: Channel) -> dict[str, Message]:
    """The messages of that channel, by name."""
    return {name: word(facts, channel) for name, facts in FACTS.items()}
