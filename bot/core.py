"""The synchronous half of the program: the database, and the core on it.  Enough for the command line."""

import zoneinfo
from dataclasses import dataclass

from adapters.search.meili import MeiliSearch
from adapters.storage import embedded
from adapters.storage.database import Database
from bot.secret_file import installation_secret
from bot.settings import Settings
from bot.tokens import SignedTokens
from domain.application import DoneLog
from domain.conversation import Conversation
from domain.housekeeping import make_partitions
from domain.limits import Limits
from domain.local_time import DEFAULT_ZONE
from domain.people import Channel
from domain.ports.front import Clock
from domain.ports.search import SearchIndex
from migrations.run import migrate


@dataclass(frozen=True, slots=True)
class Core:
    """Everything that `build_core` has put together; `close` gives it back."""

    settings: Settings
    database: Database
    done_log: DoneLog
    tokens: SignedTokens
    organization_id: int
    server: embedded.EmbeddedServer | None
    indexer: MeiliSearch | None

    def close(self) -> None:
        self.database.close()
        if self.server is not None:
            self.server.release()


def channels_of(settings: Settings) -> frozenset[Channel]:
    """The channels that are set up."""
    is_set_up = {
        Channel.SLACK: bool(settings.slack_bot_token),
        Channel.DISCORD: bool(settings.discord_bot_token),
        Channel.EMAIL: settings.sends_mail,
    }
    return frozenset(channel for channel in Channel if is_set_up[channel])


def build_core(settings: Settings, clock: Clock | None = None) -> Core:
    """The database at its newest schema, and the core on it.

    Raises:
        EmbeddedPostgresError: the embedded server cannot start; the text says what to do.
    """
    zoneinfo.reset_tzpath(to=[])  # the zones of the tzdata package alone: this machine's own may be older
    server = None if settings.database_url else embedded.start(settings.home_folder)
    url = settings.database_url or (server.database("donelog") if server else "")
    migrate(url)
    limits = Limits(settings.pace)
    database = Database(url, feed=settings.meilisearch_url is not None, limits=limits)
    now = clock.now() if clock else database.time()
    with database.storage.begin() as uow:
        organization_id = uow.directory.ensure_organization("donelog", DEFAULT_ZONE, now)
        uow.commit()
    make_partitions(database.storage, now)
    tokens = SignedTokens(settings.secret or (installation_secret(settings.home_folder),))
    indexer = (
        MeiliSearch(settings.meilisearch_url, settings.meilisearch_key) if settings.meilisearch_url else None
    )
    engines: tuple[SearchIndex, ...] = (indexer, database.search) if indexer else (database.search,)
    conversation = Conversation(tokens, engines, channels_of(settings))
    done_log = DoneLog(database.storage, conversation, settings.retention)
    return Core(settings, database, done_log, tokens, organization_id, server, indexer)
