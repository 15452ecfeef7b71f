"""What a page asks before the button of a mail acts."""

from dataclasses import dataclass

from domain.commands import Command, Join, NothingToday, PickOrganization, Search, StopMail
from domain.local_time import show_day


@dataclass(frozen=True, slots=True)
class Question:
    title: str
    sentence: str
    button: str


def question(command: Command) -> Question:
    """The question for a command; those that no mail offers as a button get a plain one."""
    match command:
        case StopMail():
            return Question(
                "Stop these emails?", "Replying to an old one starts them again.", "Stop these emails"
            )
        case NothingToday(day):
            said = f"I'll note that there is nothing for {show_day(day)}." if day else "I'll note just that."
            return Question("Nothing today?", said, "Nothing today")
        case Join():
            return Question(
                "Join this team?", "I'll ask you once a day, and the team reads it the next morning.", "Join"
            )
        case PickOrganization():
            return Question("Is it meant for this one?", "I'll keep what you wrote there.", "Yes, this one")
        case Search(query):
            return Question("Search", f"Look for “{query}”.", "Search")
        case _:
            return Question("Go on?", "This does what the button in the mail says.", "Go on")
