"""What is said when a way to somebody is lost."""

from typing import assert_never

from domain import notices as n
from domain.messages import Message, Paragraph, code, text
from domain.people import Channel
from domain.wording.phrases import one_sentence


def word(facts: n.Notice) -> Message:
    match facts:
        case n.WayLost():
            return _way_lost(facts)
        case n.OutOfReach():
            return _out_of_reach(facts)
        case n.WorkspaceLost():
            return _workspace_lost(facts)
        case n.ChannelLost():
            return _channel_lost(facts)
        case _:
            assert_never(facts)


def _way_lost(facts: n.WayLost) -> Message:
    if facts.wanted:
        return one_sentence(
            f"You wanted no more {facts.lost.word} from me, so from now on I'll ask you {facts.to.by}. "
            "Replying to an old mail starts it again."
        )
    if facts.lost is Channel.EMAIL:
        return one_sentence(f"My mail to you comes back, so from now on I'll ask you {facts.to.by}.")
    return one_sentence(
        f"I can no longer write to you {facts.lost.by}, so from now on I'll ask you {facts.to.by}. "
        f"If you write to me {facts.lost.by}, I'll be back there."
    )


def _out_of_reach(facts: n.OutOfReach) -> Message:
    if facts.wanted:
        said = f"{facts.name} wants no more mail from me, and I know no other way to ask."
    else:
        said = f"I can no longer reach {facts.name} {facts.lost.by}, and I know no other way to ask."
    return Message(
        (
            Paragraph(text(said)),
            Paragraph(text("Whoever runs donelog can add one: ", code("donelog member link"), ".")),
        ),
        subject=f"I cannot reach {facts.name}",
    )


def _channel_lost(facts: n.ChannelLost) -> Message:
    by = facts.channel.by
    return Message(
        (
            Paragraph(text(f"I can no longer send anything {by}: my login is refused (“{facts.reason}”).")),
            _meanwhile("what to do"),
        ),
        subject=f"I cannot send anything {by}",
    )


def _workspace_lost(facts: n.WorkspaceLost) -> Message:
    name = facts.name or f"The workspace {facts.channel.by}"
    return Message(
        (
            Paragraph(text(f"{name} no longer takes messages from me (", code(facts.reason), ").")),
            _meanwhile("why"),
        ),
        subject=f"I cannot write to {name}",
    )


def _meanwhile(seen: str) -> Paragraph:
    return Paragraph(
        text(
            "Whoever has another channel hears from me there; whatever else is due waits. "
            f"Whoever runs donelog can see {seen}: ",
            code("donelog doctor"),
            ".",
        )
    )
