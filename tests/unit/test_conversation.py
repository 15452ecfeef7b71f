"""Who is it, what is asked, what is answered: through the front door."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain import commands as c
from domain import facts as f
from domain.application import DoneLog, calls_search_engine
from domain.conversation import Conversation
from domain.deliveries import Kind
from domain.messages import Mark, Nothing
from domain.people import Address, Channel, Profile
from domain.ports.front import Reading
from domain.ports.inbox import Arrival, InboxState, Lane, Source
from domain.ports.storage import WriteConflict
from domain.teams import Place
from tests.factories import ADA, SIX, TUESDAY, Office, words
from tests.fakes.storage import FakeStorage, FakeUnitOfWork

STRANGER = Address(Channel.EMAIL, "who@example.net")


@pytest.fixture
def office() -> Office:
    return Office()


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("time 5:30pm", "Done. I'll ask you at 17:30 Madrid"),
        ("zone new york", "Done. I'll ask you at 18:00 New York"),
        ("days mon, wed", "at 18:00 Madrid, Mon, Wed, on Slack."),
        ("days team", "Mon-Fri (your teams' days)"),
    ],
)
def test_what_is_set_is_said_back(office: Office, typed: str, shown: str) -> None:
    assert shown in words(office.slash(ADA, typed))
    heard = office.message(ADA, typed)
    assert isinstance(heard.facts, f.SettingsShown)


def test_settings_are_shown_as_they_are(office: Office) -> None:
    shown = office.message(ADA, "settings").facts
    assert shown == f.SettingsShown(
        minute=18 * 60,
        zone="Europe/Madrid",
        days=0b0011111,
        days_are_teams=True,
        channel=Channel.SLACK,
        channels=(Channel.SLACK,),
        teams=("platform",),
    )


@pytest.mark.parametrize("typed", ["time 3", "zone Atlantis", "channel discord"])
def test_what_cannot_be_set_is_refused_in_a_sentence_and_changes_nothing(office: Office, typed: str) -> None:
    before = office.tenant().people.get(office.ada.id)
    assert isinstance(office.message(ADA, typed).facts, f.Refused)
    assert office.tenant().people.get(office.ada.id) == before


def test_another_channel_takes_over_the_prompt_that_is_still_to_be_sent(office: Office) -> None:
    with office.storage.begin() as uow:
        mail = Address(Channel.EMAIL, "ada@example.com")
        uow.tenant(office.initech).people.add_identity(office.ada.id, mail)
        uow.commit()
    office.done_log.plan_prompts(office.clock.now())
    office.message(ADA, "channel mail")
    (prompt,) = [row for row in office.deliveries(Kind.PROMPT) if row.new.person_id == office.ada.id]
    assert prompt.new.recipient.address == mail


def test_the_question_can_be_had_at_once(office: Office) -> None:
    assert office.message(ADA, "ask me now").facts == f.PromptAsked(TUESDAY, explain=True)


def test_what_is_not_understood_gets_a_helpful_answer_and_is_kept(office: Office) -> None:
    assert office.message(ADA, "help").facts == f.HelpShown("", kept=False)
    shown = words(office.slash(ADA, "serch invoices"))
    assert "I took “serch invoices” as something you did" in shown
    assert "/done today shows how to take this back" in shown
    assert office.texts(office.ada) == ["serch invoices"]


# ---------------------------------------------------------------- workspaces


def test_a_workspace_that_is_not_connected_is_told_how_to_be(office: Office) -> None:
    newcomer = Address(Channel.SLACK, "UNEW", "T9")
    reply = office.slash(newcomer, "today")
    assert "This workspace is not connected yet" in words(reply)
    assert [row.note for row in office.held()] == ["workspace or guild not connected"]


def test_where_there_is_no_token_that_is_said_and_what_was_typed_is_kept(office: Office) -> None:
    newcomer = Address(Channel.SLACK, "UNEW", "T9")
    told = words(office.slash(newcomer, "shipped it", speechless=True))
    assert "I have no token for it" in told
    assert "What you typed is kept until then" in told
    assert [row.note for row in office.held()] == ["no token for this workspace"]


def test_a_code_connects_no_workspace_that_there_is_no_token_for(office: Office) -> None:
    newcomer = Address(Channel.SLACK, "UNEW", "T9")
    code = office.tokens.connect_code(office.initech, SIX.date())
    assert "Then type it once more" in words(office.slash(newcomer, f"connect {code}", speechless=True))
    assert (Channel.SLACK, "T9") not in office.storage.tables.workspaces
    assert "wrong or too old" in words(office.slash(newcomer, "connect abcd-efgh-ijkl", speechless=True))


def test_in_a_connected_workspace_whose_token_is_gone_those_who_are_known_go_on(office: Office) -> None:
    office.slash(ADA, "add shipped it", speechless=True)
    assert office.texts(office.ada) == ["shipped it"]
    lobby = Place(Channel.SLACK, "T1", "C9", "lobby")
    assert "I have no token for it" in words(office.slash(ADA, "team here", lobby, speechless=True))
    newcomer = Address(Channel.SLACK, "UNEW", "T1")
    assert "is kept until then" in words(office.slash(newcomer, "shipped it too", speechless=True))


def test_a_code_connects_the_workspace_it_is_typed_in(office: Office) -> None:
    newcomer = Address(Channel.SLACK, "UNEW", "T9")
    code = office.tokens.connect_code(office.initech, SIX.date())
    lobby = Place(Channel.SLACK, "T9", "C1", "lobby")
    assert "is connected" in words(office.slash(newcomer, f"connect {code}", lobby))
    office.slash(newcomer, "join platform", lobby, profile=Profile("Nia"))
    found = office.tenant().people.at(newcomer)
    assert found is not None
    assert found[0].name == "Nia"


@pytest.mark.parametrize(
    ("workspace", "days", "why"),
    [
        ("T9", -1, "wrong or too old"),
        ("", 1, "in a channel of the workspace"),
        ("T2", 1, "another organization"),
    ],
)
def test_a_code_that_is_old_or_typed_elsewhere_connects_nothing(
    office: Office, workspace: str, days: int, why: str
) -> None:
    code = office.tokens.connect_code(office.initech, SIX.date() + timedelta(days=days))
    somebody = Address(Channel.SLACK, "UEVE", workspace)
    assert why in words(office.slash(somebody, f"connect {code}"))
    found = {place: each.organization_id for (_, place), each in office.storage.tables.workspaces.items()}
    assert found == {"T1": office.initech, "T2": office.initrode}


def test_a_code_nobody_made_connects_nothing(office: Office) -> None:
    assert "wrong or too old" in words(
        office.slash(Address(Channel.SLACK, "U9", "T9"), "connect abcd-efgh-ijkl")
    )


# ---------------------------------------------------------------- the inbox


def test_nothing_is_kept_of_a_request_that_fails_and_it_can_be_tried_again(office: Office) -> None:
    now = office.clock.now()
    [ref] = office.done_log.store([Arrival(Source.SLACK_EVENT, Lane.SAID, "Ev1", b"{}", now)], now)
    assert ref is not None
    broken = c.Request(office.origin(ADA), c.Invite("x@example.com", "nowhere"))
    office.done_log.failed(ref, 0, "OSError: see the log", now)
    assert office.done_log.load(ref) is not None
    office.done_log.process(ref, Reading(broken), now)
    assert office.done_log.load(ref) is None
    assert office.done_log.process(ref, Reading(broken), now) == Nothing("another worker has it")


def test_after_eight_tries_over_three_hours_an_item_waits_for_a_person(office: Office) -> None:
    now = office.clock.now()
    [ref] = office.done_log.store([Arrival(Source.SLACK_EVENT, Lane.SAID, "Ev1", b"{}", now)], now)
    assert ref is not None
    for tries in range(8):
        assert office.done_log.load(ref) is not None
        office.done_log.failed(ref, tries, "ValueError: see the log", now)
        assert not office.done_log.waiting(now + timedelta(seconds=5) * 3**tries)
    assert office.done_log.load(ref) is None
    assert office.storage.tables.inbox[ref].state is InboxState.FAILED


def test_what_is_nothing_to_do_is_noted_and_done(office: Office) -> None:
    now = office.clock.now()
    [ref] = office.done_log.store([Arrival(Source.SLACK_EVENT, Lane.SAID, "Ev1", b"{}", now)], now)
    assert ref is not None
    assert office.done_log.process(ref, Reading(None, "a bot wrote it"), now) == Nothing("a bot wrote it")
    assert office.storage.tables.inbox[ref].note == "a bot wrote it"


def test_the_notes_of_the_inbox_hold_nothing_of_what_was_said(office: Office) -> None:
    secret = "the merger with Initrode"
    for text in (
        secret,
        f"yesterday: {secret}",
        f"search {secret}",
        f"serch {secret}",
        f"2027-01-01: {secret}",
    ):
        office.message(ADA, text)
        office.slash(ADA, text)
        office.mail(STRANGER, text)
    assert not any("merger" in row.note for row in office.storage.tables.inbox.values())


# ---------------------------------------------------------------- completions


def test_names_are_completed_from_ones_own_organization(office: Office) -> None:
    suggest = office.done_log.suggest
    assert suggest(office.origin(ADA), "from", "b") == ["Ben"]
    assert suggest(office.origin(ADA), "from", "e") == []
    assert suggest(office.origin(ADA), "team", "Pla") == ["platform"]
    assert suggest(office.origin(ADA), "else", "x") == []
    assert suggest(office.origin(Address(Channel.SLACK, "U0", "T1")), "team", "") == [], (
        "whoever is not known"
    )
    assert suggest(office.origin(Address(Channel.SLACK, "U0", "T9")), "team", "") == []


def test_the_workspace_of_the_installations_own_token_is_connected_from_the_start(office: Office) -> None:
    office.done_log.workspace_found(Channel.SLACK, "T5", "HQ", SIX)
    assert office.tenant().teams.in_workspace(Channel.SLACK, "T5") == []
    assert office.storage.tables.workspaces[Channel.SLACK, "T5"].organization_id == office.initech
    office.done_log.workspace_found(Channel.SLACK, "T2", "Initrode HQ", SIX)
    assert office.storage.tables.workspaces[Channel.SLACK, "T2"].organization_id == office.initrode


def test_any_other_workspace_that_there_is_a_token_for_waits_for_its_code(office: Office) -> None:
    office.done_log.workspace_found(Channel.SLACK, "T5", "HQ", SIX, belongs=False)
    assert (Channel.SLACK, "T5") not in office.storage.tables.workspaces


class OvertakenOnce(FakeStorage):
    """Another worker records the same in the moment of the first commit."""

    def __init__(self, storage: FakeStorage) -> None:
        super().__init__()
        self._storage = storage
        self.begun = 0

    def begin(self) -> FakeUnitOfWork:
        self.begun += 1
        return OvertakenUnitOfWork(self._storage) if self.begun == 1 else self._storage.begin()


class OvertakenUnitOfWork(FakeUnitOfWork):
    def commit(self) -> None:
        raise WriteConflict


def test_who_is_overtaken_begins_again(office: Office) -> None:
    [ref] = office.done_log.store([Arrival(Source.SLACK_EVENT, Lane.SAID, "Ev1", b"{}", SIX)], SIX)
    assert ref is not None
    storage = OvertakenOnce(office.storage)
    done_log = DoneLog(storage, Conversation(office.tokens, (), frozenset(Channel)))
    reading = Reading(c.Request(office.origin(ADA), text="shipped it"))
    assert done_log.process(ref, reading, SIX) == Mark()
    assert office.texts(office.ada) == ["shipped it"]
    assert storage.begun == 2


@pytest.mark.parametrize(
    ("text", "takes_its_time"),
    [
        ("search importer", True),
        ("  Search from:ben importer", True),
        ("searched the logs", False),
        ("", False),
    ],
)
def test_what_asks_an_engine_is_known_before_it_is_carried_out(
    office: Office, text: str, *, takes_its_time: bool
) -> None:
    request = c.Request(office.origin(ADA), text=text)
    assert calls_search_engine(Reading(request)) is takes_its_time
    assert calls_search_engine(Reading(replace(request, command=c.Search("importer"))))
    assert not calls_search_engine(Reading(None, "a bot wrote it"))
