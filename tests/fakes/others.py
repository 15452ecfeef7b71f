"""Search engines, a clock and a signer for tests."""

from datetime import date, datetime, timedelta

from bot.clock import real_now
from domain.commands import Command
from domain.ports.front import MailClaim, SignedCommand
from domain.ports.search import SearchDown, SearchIndex, SearchQuery, SearchResult
from tests.fakes.people import fold
from tests.fakes.rows import DoneRow
from tests.fakes.storage import FakeStorage


class FakeIndex:
    """`domain.ports.search.SearchIndex` over what the fake storage has committed."""

    def __init__(self, storage: FakeStorage) -> None:
        self._storage = storage

    def search(self, query: SearchQuery) -> SearchResult:
        found = [row.done for row in self._storage.tables.dones.values() if _found(row, query)]
        found.sort(key=lambda done: (done.day, done.id), reverse=True)
        page = found[query.offset : query.offset + query.limit]
        return SearchResult(tuple(done.id for done in page), len(found))


def _found(row: DoneRow, query: SearchQuery) -> bool:
    done = row.done
    words = fold(done.text).split()
    wanted = [fold(word).strip() for word in query.words]
    return (
        row.organization_id == query.organization_id
        and not row.deleted
        and (done.person_id == query.asker_id or bool({*done.team_ids} & {*query.team_ids}))
        and (query.person_ids is None or done.person_id in query.person_ids)
        and (query.first_day is None or done.day >= query.first_day)
        and (query.last_day is None or done.day <= query.last_day)
        and all(word in words for word in wanted[:-1])
        and (not wanted or any(word.startswith(wanted[-1]) for word in words))
    )


class CarelessIndex:
    """An engine that has mixed up its rights: it always gives these dones."""

    def __init__(self, *done_ids: int) -> None:
        self._result = SearchResult(done_ids, len(done_ids))

    def search(self, query: SearchQuery) -> SearchResult:  # noqa: ARG002 -- the port says so
        return self._result


class DownIndex:
    """An engine that does not answer."""

    def search(self, query: SearchQuery) -> SearchResult:  # noqa: ARG002 -- the port says so
        raise SearchDown("connection refused")


class TroubledIndex:
    """An engine that is down until it is mended, and counts how often it is asked."""

    def __init__(self, mended: SearchIndex) -> None:
        self._mended = mended
        self.is_down = True
        self.asked = 0

    def search(self, query: SearchQuery) -> SearchResult:
        self.asked += 1
        if self.is_down:
            raise SearchDown("no answer in time")
        return self._mended.search(query)


class HandClock:
    """The product's time stands where the test puts it; real time goes on."""

    def __init__(self, time: datetime) -> None:
        self.time = time

    def now(self) -> datetime:
        return self.time

    def real(self) -> datetime:
        return real_now()


class FakeClock:
    """`domain.ports.front.Clock`, moved by hand."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def real(self) -> datetime:
        return self._now

    def forward(self, by: timedelta) -> datetime:
        self._now += by
        return self._now


class FakeTokens:
    """`domain.ports.front.Tokens` that can be read with the naked eye; commands are kept, not packed."""

    def __init__(self) -> None:
        self._signed: dict[str, SignedCommand] = {}

    def mail_local_part(self, organization_id: int, person_id: int, version: int = 0) -> str:
        return f"done+{organization_id}.{person_id}.{version}"

    def read_mail_local_part(self, local_part: str) -> MailClaim | None:
        start, _, token = local_part.lower().partition("+")
        numbers = token.split(".")
        if start != "done" or len(numbers) != 3 or not all(each.isdecimal() for each in numbers):
            return None
        return MailClaim(*map(int, numbers))

    def sign_command(self, organization_id: int, person_id: int | None, command: Command) -> str:
        token = f"command-{len(self._signed)}"
        self._signed[token] = SignedCommand(organization_id, person_id, command)
        return token

    def read_command(self, token: str) -> SignedCommand | None:
        return self._signed.get(token)

    def digest_of(self, credential: str) -> str:
        return f"digest of {len(credential)} characters that end in {credential[-1:]}"

    def connect_code(self, organization_id: int, expires: date) -> str:
        return f"code-{organization_id}-{expires:%Y%m%d}"

    def read_connect_code(self, code: str, today: date) -> int | None:
        try:
            word, organization_id, expires = code.split("-")
        except ValueError:
            return None
        good = word == "code" and organization_id.isdecimal() and f"{today:%Y%m%d}" <= expires
        return int(organization_id) if good else None
