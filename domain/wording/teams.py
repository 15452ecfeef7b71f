"""Teams, invitations, and getting to know each other."""

from typing import assert_never

from domain import facts as f
from domain.commands import Join, PickOrganization
from domain.local_time import DEFAULT_ZONE, show_days, show_minute, show_zone
from domain.messages import (
    Action,
    Actions,
    Message,
    Paragraph,
    code,
    muted,
    text,
)
from domain.people import Channel
from domain.wording.phrases import before_commands, join_buttons, one_sentence


def word(facts: f.TeamFacts, channel: Channel) -> Message:  # noqa: C901, PLR0911, PLR0912 -- an arm a saying
    match facts:
        case f.TeamMade():
            return _team_made(facts)
        case f.Joined():
            return _joined(facts, channel)
        case f.JoinOffered():
            return _join_offered(facts, channel)
        case f.Left():
            return _left(facts, channel)
        case f.Invited():
            return _invited(facts)
        case f.Invitation():
            return _invitation(facts)
        case f.Connected():
            return _connected(facts)
        case f.NotConnected():
            return _not_connected(channel)
        case f.TokenMissing():
            return _token_missing(facts)
        case f.WhichOrganization():
            return _which_organization(facts)
        case f.Stranger():
            return _stranger(channel)
        case f.MailStopped():
            return _mail_stopped(facts)
        case _:
            assert_never(facts)


def _team_made(facts: f.TeamMade) -> Message:
    when = f"{show_minute(facts.digest_minute)} {show_zone(facts.zone)}"
    place = facts.place or "this channel"
    start = (
        f"From now on I'll also tell {place} what {facts.name} got done, every working morning at {when}."
        if facts.also
        else f"{facts.name} is a team now. Every working morning at {when} I'll tell {place} what got done."
    )
    lines = (start, "Join, and I'll ask you at 18:00 what you did that day. It takes a minute.")
    zone = text("Not in UTC? Let whoever made the team type ", code("/done zone Europe/Madrid"), ".")
    return Message(
        (
            *(Paragraph(text(line)) for line in lines),
            *((Paragraph(zone),) if facts.zone == DEFAULT_ZONE else ()),
            Actions((Action("Join", Join(facts.team_id)),)),
            Paragraph(text(muted("Or write "), code(f"/done join {facts.name}"))),
        ),
        subject=lines[0],
    )


def _joined(facts: f.Joined, channel: Channel) -> Message:
    slash = before_commands(channel)
    start = f"You are already in {facts.team}." if facts.already else f"Welcome to {facts.team}."
    when = f"{show_minute(facts.minute)} {show_zone(facts.zone)}, {show_days(facts.days)}"
    return Message(
        (
            Paragraph(text(f"{start} I'll ask you at {when}.")),
            Paragraph(
                text(
                    muted("To change that: "),
                    code(f"{slash}time 17:30"),
                    muted(" or "),
                    code(f"{slash}zone Europe/Madrid"),
                )
            ),
        ),
        subject=start,
    )


def _left(facts: f.Left, channel: Channel) -> Message:
    told = f"You have left {facts.team}. What you wrote stays."
    back = code(f"{before_commands(channel)}join {facts.team}")
    return Message(
        (
            Paragraph(text(told)),
            *((Actions((Action("Come back", Join(facts.team_id)),)),) if facts.team_id else ()),
            Paragraph(text(muted("To come back, write "), back)),
        ),
        subject=f"You have left {facts.team}",
    )


def _join_offered(facts: f.JoinOffered, channel: Channel) -> Message:
    if not facts.teams:
        return one_sentence("There is no team here yet. In Slack or Discord, `/done team here` makes one.")
    return Message(
        (Paragraph(text("Which team?")), *join_buttons(facts.teams, channel)), subject="Which team?"
    )


def _invited(facts: f.Invited) -> Message:
    if facts.already:
        return one_sentence(f"{facts.email} is already in {facts.team}.")
    return one_sentence(
        f"I have written to {facts.email}. Replying to that mail is all it takes to join {facts.team}."
    )


def _invitation(facts: f.Invitation) -> Message:
    when = f"{show_minute(facts.minute)} {show_zone(facts.zone)}, {show_days(facts.days)}"
    return Message(
        (
            Paragraph(text(f"{facts.inviter} would like you to join {facts.team}.")),
            Paragraph(
                text(
                    f"At {when}, I'll ask you by mail what you got done. You reply with a line for each "
                    "thing, and the next morning the team reads it. There is nothing to sign up for."
                )
            ),
            Paragraph(
                text(
                    "Try it now: reply with something you did today. Or write ",
                    code("time 17:30"),
                    " to be asked at another time.",
                )
            ),
            Paragraph(
                text(muted("Not for you? Ignore this, or use the link below to hear no more from me."))
            ),
        ),
        subject=f"{facts.inviter} invites you to {facts.team}",
        preheader="One question a day, answered by mail. Nothing to sign up for.",
    )


def _connected(facts: f.Connected) -> Message:
    return Message(
        (
            Paragraph(text(f"{facts.name or 'This workspace'} is connected.")),
            Paragraph(text("Make the first team: type ", code("/done team here"), " in its channel.")),
        ),
        subject="Connected",
    )


def _not_connected(channel: Channel) -> Message:
    place = "server" if channel is Channel.DISCORD else "workspace"
    return Message(
        (
            Paragraph(
                text(
                    f"This {place} is not connected yet. Whoever runs donelog has a code for it: type ",
                    code("/done connect CODE"),
                    ".",
                )
            ),
        ),
        subject="Not connected yet",
    )


def _token_missing(facts: f.TokenMissing) -> Message:
    then = "What you typed is kept until then." if facts.kept else "Then type it once more."
    return one_sentence(
        "I cannot write in this workspace yet: I have no token for it. "
        f"Whoever runs donelog can add it with `donelog setup slack`. {then}"
    )


def _which_organization(facts: f.WhichOrganization) -> Message:
    actions = tuple(
        Action(name[:75], PickOrganization(organization_id, facts.inbox_day, facts.inbox_id))
        for organization_id, name in facts.choices
    )
    return Message(
        (
            Paragraph(text("You are part of more than one group here. Which one is this for?")),
            Actions(actions),
        ),
        subject="Which one is this for?",
    )


def _stranger(channel: Channel) -> Message:
    if channel is not Channel.EMAIL:
        return one_sentence(
            "I do not know you yet. Type `/done join` in one of your team's channels; "
            "what you wrote is kept until then."
        )
    how = text("Somebody in your team can invite you with ", code("/done invite"), " and this address.")
    return Message(
        (
            Paragraph(text("I do not know this address yet, so I have put your mail aside.")),
            Paragraph(
                text("I ask people at six what they got done, and tell their team the next morning. ", *how)
            ),
        ),
        subject="I do not know this address yet",
    )


def _mail_stopped(facts: f.MailStopped) -> Message:
    told = f"Done. {facts.address} gets no more mail from me. Replying to an old one starts it again."
    return Message((Paragraph(text(told)),), subject="No more mail from me")
