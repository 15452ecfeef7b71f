"""What a unit of work writes as sets: rows gather here, and a statement writes all of a kind.

Nothing of it is seen before `write`; `Transaction` calls that before anything could look.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection

from adapters.storage.delivery_rows import add_deliveries, array, arrays, bare_array
from adapters.storage.partitions import by_day
from adapters.storage.preparing import prepared, prepared_for
from adapters.storage.search_text import vector_and_lexicon
from domain.commands import InboxRef
from domain.deliveries import CANCELLABLE_STATES, Kind, NewDelivery, State
from domain.dones import Line
from domain.ports.inbox import InboxState
from domain.ports.storage import WriteConflict

# Answers get their numbers in the order given: a day is shown in the order of its answers' numbers.
_ANSWERS = prepared("""
    WITH answered AS (
        INSERT INTO answers (organization_id, person_id, day, source_ref, revised_at)
        SELECT organization_id, person_id, day, source_ref, at
        FROM unnest(
            CAST(:organization_id AS bigint[]), CAST(:person_id AS bigint[]), CAST(:day AS date[]),
            CAST(:source_ref AS text[]), CAST(:at AS timestamptz[])
        ) WITH ORDINALITY AS new (organization_id, person_id, day, source_ref, at, place)
        ORDER BY place
        ON CONFLICT (organization_id, source_ref) DO NOTHING
        RETURNING id, organization_id, person_id, day, source_ref, revised_at
    ), written AS (
        INSERT INTO dones (organization_id, person_id, answer_id, day, kind, text, position, team_ids,
                           audience_chosen, created_at, terms)
        SELECT answered.organization_id, answered.person_id, answered.id, answered.day, line.kind, line.text,
               line.position, CAST(line.team_ids AS bigint[]), line.chosen, answered.revised_at,
               CAST(line.terms AS tsvector)
        FROM unnest(
            CAST(:places AS integer[]), CAST(:kinds AS smallint[]), CAST(:texts AS text[]),
            CAST(:positions AS smallint[]), CAST(:teams AS text[]), CAST(:chosen AS boolean[]),
            CAST(:terms AS text[])
        ) AS line (place, kind, text, position, team_ids, chosen, terms)
        JOIN answered ON answered.organization_id = (CAST(:organization_id AS bigint[]))[line.place]
                     AND answered.source_ref = (CAST(:source_ref AS text[]))[line.place]
        ORDER BY answered.id, line.position
        RETURNING id, organization_id
    ), fed AS (
        INSERT INTO search_feed (done_id, organization_id, revision)
        SELECT id, organization_id, 1 FROM written WHERE :feed
    )
    SELECT count(*) FROM answered
""")
_WORDS = prepared("""
    INSERT INTO lexicon (organization_id, word, uses)
    SELECT organization_id, word, uses
    FROM unnest(CAST(:organization_ids AS bigint[]), CAST(:words AS text[]), CAST(:uses AS integer[]))
        AS counted (organization_id, word, uses)
    ON CONFLICT (organization_id, word) DO UPDATE SET uses = lexicon.uses + excluded.uses
""")
_UNUSED_WORDS = prepared("""
    DELETE FROM lexicon
    USING unnest(CAST(:organization_ids AS bigint[]), CAST(:words AS text[])) AS fewer (organization_id, word)
    WHERE lexicon.organization_id = fewer.organization_id AND lexicon.word = fewer.word AND uses <= 0
""")
_CANCEL_PROMPTS = """
    UPDATE deliveries SET state = :cancelled
    FROM unnest(CAST(:organization_ids AS bigint[]), CAST(:person_ids AS bigint[]))
        AS answered (organization_id, person_id)
    WHERE deliveries.day = {day} AND deliveries.kind = :prompt
      AND deliveries.subject = ANY(CAST(:person_ids AS bigint[])) AND deliveries.subject = answered.person_id
      AND deliveries.organization_id = answered.organization_id
      AND deliveries.state = ANY(CAST(:waiting AS smallint[]))
"""
_END_ITEMS = """
    UPDATE inbox
    SET state = ended.state, organization_id = ended.organization_id, person_id = ended.person_id,
        note = ended.note, sender = nullif(ended.sender, '')
    FROM unnest(
        CAST(:id AS bigint[]), CAST(:state AS smallint[]), CAST(:organization_id AS bigint[]),
        CAST(:person_id AS bigint[]), CAST(:note AS text[]), CAST(:sender AS text[])
    ) AS ended (id, state, organization_id, person_id, note, sender)
    WHERE inbox.day = {day} AND inbox.id = ANY(CAST(:id AS bigint[])) AND inbox.id = ended.id
"""
_COUNT = prepared("""
    INSERT INTO limits (name, since, times)
    SELECT name, :now, times
    FROM unnest(CAST(:names AS bytea[]), CAST(:times AS integer[])) AS counted (name, times)
    ON CONFLICT (name) DO UPDATE SET
        since = CASE WHEN limits.since <= :over THEN excluded.since ELSE limits.since END,
        times = CASE WHEN limits.since <= :over THEN excluded.times ELSE limits.times + excluded.times END
""")

Word = tuple[int, str]
"""An organization and a word of its lexicon."""


class NewAnswer(NamedTuple):
    organization_id: int
    person_id: int
    day: date
    source_ref: str
    at: datetime
    lines: Sequence[tuple[Line, tuple[int, ...]]]
    """Each with the teams that see it."""


class EndedItem(NamedTuple):
    """How an inbox item ended."""

    state: InboxState
    organization_id: int | None
    person_id: int | None
    note: str
    sender: str


@dataclass(slots=True)
class LateWrites:
    """Rows that wait to be written, by kind."""

    feed: bool
    """Whether a search engine must be told of new dones."""
    answers: list[NewAnswer] = field(default_factory=list)
    words: Counter[Word] = field(default_factory=Counter)
    """Uses more or less; those in new answers are counted when these are written."""
    answered: set[tuple[int, int, date]] = field(default_factory=set)
    """Organization, person and day of prompts that need not be sent any more."""
    deliveries: list[NewDelivery] = field(default_factory=list)
    has_prompts: bool = False
    """Whether one of them asks somebody."""
    ended: dict[InboxRef, EndedItem] = field(default_factory=dict)
    counted: dict[tuple[datetime, timedelta], list[bytes]] = field(default_factory=dict)
    """Names as often as each was counted, by the instant and the window."""

    def write(self, connection: Connection) -> None:
        """Write all that somebody could look at, a statement for each kind.

        Raises:
            WriteConflict: another transaction has recorded one of the answers meanwhile.
        """
        if self.answers:
            answers, self.answers = self.answers, []
            self.words.update(_add_answers(connection, answers, feed=self.feed))
        if self.answered:
            answered, self.answered = self.answered, set()
            _cancel_prompts(connection, answered)
        if self.deliveries:
            deliveries, self.deliveries, self.has_prompts = self.deliveries, [], False
            add_deliveries(connection, deliveries)
        if self.ended:
            ended, self.ended = self.ended, {}
            _end_items(connection, ended)

    def write_last(self, connection: Connection) -> None:
        """Write what many transactions count up, right before the commit: nobody reads it in between.

        So transactions that count the same wait for each other for moments only, and never in a circle: each
        counts once, in the order of the words and names.
        """
        self.write(connection)
        if self.words:
            words, self.words = self.words, Counter()
            _count_words(connection, words)
        if self.counted:
            counted, self.counted = self.counted, {}
            _count(connection, counted)


def _add_answers(connection: Connection, answers: Sequence[NewAnswer], *, feed: bool) -> list[Word]:
    """The words of their lines, but not of what somebody keeps to herself."""
    lines: list[tuple[Any, ...]] = []
    words: list[Word] = []
    for place, answer in enumerate(answers, 1):
        for position, (line, team_ids) in enumerate(answer.lines):
            vector, lexicon = vector_and_lexicon(line.text)
            # An array of arrays must be rectangular; so each audience goes as the text of an array.
            teams = bare_array(team_ids)
            lines.append((place, line.kind, line.text, position, teams, line.audience_chosen, vector))
            if team_ids:
                words += [(answer.organization_id, word) for word in lexicon]
    new = arrays(NewAnswer._fields[:-1], [answer[:-1] for answer in answers])
    said = arrays(("places", "kinds", "texts", "positions", "teams", "chosen", "terms"), lines)
    if connection.scalar(_ANSWERS, {**new, **said, "feed": feed}) != len(answers):
        raise WriteConflict
    return words


def _count_words(connection: Connection, words: Counter[Word]) -> None:
    counted = sorted(word for word, uses in words.items() if uses)
    if not counted:
        return
    rows = arrays(("organization_ids", "words"), counted)
    uses = [words[word] for word in counted]
    connection.execute(_WORDS, {**rows, "uses": array(uses)})
    if min(uses) < 0:
        connection.execute(_UNUSED_WORDS, rows)


def _cancel_prompts(connection: Connection, answered: set[tuple[int, int, date]]) -> None:
    states = {
        "cancelled": int(State.CANCELLED),
        "prompt": int(Kind.PROMPT),
        "waiting": array([int(each) for each in CANCELLABLE_STATES]),
    }
    for day, people in by_day((day, (one, other)) for one, other, day in sorted(answered)).items():
        rows = arrays(("organization_ids", "person_ids"), people)
        connection.execute(prepared_for(day, _CANCEL_PROMPTS), {**states, **rows})


def _end_items(connection: Connection, ended: dict[InboxRef, EndedItem]) -> None:
    for day, items in by_day((ref.day, (ref.id, *how)) for ref, how in ended.items()).items():
        rows = arrays(("id", *EndedItem._fields), items)
        connection.execute(prepared_for(day, _END_ITEMS), rows)


def _count(connection: Connection, counted: dict[tuple[datetime, timedelta], list[bytes]]) -> None:
    for (now, window), each in counted.items():
        times = Counter(each)
        names = sorted(times)
        rows = {"names": array(names), "times": array([times[name] for name in names])}
        connection.execute(_COUNT, {**rows, "now": now, "over": now - window})
