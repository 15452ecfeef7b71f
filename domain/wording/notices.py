"""What is said when a way to somebody is lost."""

from domain import notices as n
from domain.messages import Message, Paragraph, code, text
from domain.people import Channel
from domain.wording.phrases import one_sentence


def way_lost(facts: n.WayLost) -> Message:
    now = "by mail" if facts.to is Channel.EMAIL else f"on {facts.to.word}"
    if facts.wanted:
        return one_sentence(
            f"You wanted no more {facts.lost.word} from me, so I ask you {now} from now on. "
            "An answer to an old mail starts them again."
        )
    if facts.lost is Channel.EMAIL:
        return one_sentence(f"My mails to you come back, so I ask you {now} from now on.")
    return one_sentence(
        f"I cannot write to you on {facts.lost.word} any more, so I ask you {now} from now on. "
        f"Write to me there, and I am back."
    )


def out_of_reach(facts: n.OutOfReach) -> Message:
    if facts.wanted:
        said = f"{facts.name} wants no more mail from me, and I know no other way to ask."
    else:
        said = f"I cannot reach {facts.name} by {facts.lost.word} any more, and I know no other way to ask."
    return Message(
        (
            Paragraph(text(said)),
            Paragraph(text("Whoever runs donelog can add one: ", code("donelog member link"), ".")),
        ),
        subject=f"I cannot reach {facts.name}",
    )


def workspace_lost(facts: n.WorkspaceLost) -> Message:
    name = facts.name or f"the workspace on {facts.channel.word}"
    return Message(
        (
            Paragraph(text(f"{name} takes no messages from me any more (", code(facts.reason), ").")),
            Paragraph(
                text("What is due there waits. Whoever runs donelog sees why: ", code("donelog doctor"), ".")
            ),
        ),
        subject=f"I cannot write to {name}",
    )
