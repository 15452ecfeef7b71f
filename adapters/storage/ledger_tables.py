"""The tables of what arrives and what is sent, and of what belongs to the installation.

To the rows of partitioned tables nothing refers by a foreign key: a partition that is referred to cannot
simply be dropped.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.storage.columns import (
    big,
    day,
    flag,
    instant,
    metadata,
    organization,
    real,
    reference,
    reference_to_organization,
    small,
    words,
)
from adapters.storage.conditions import HAS_LEASE, IS_BY_WORKSPACE, IS_PLANNED, IS_READY, IS_URGENT
from domain.ports.inbox import InboxState

deliveries = Table(
    "deliveries",
    metadata,
    day(),
    Column("id", BigInteger, Identity(always=True)),
    PrimaryKeyConstraint("id", "day"),  # the other way round a partition without rows yet is walked whole
    small("kind"),
    big("subject"),
    big("target", 0),
    small("part", 0),
    small("try", 0, key="try_"),
    organization(),
    big("person_id", nullable=True),
    small("channel"),
    big("identity_id", nullable=True),
    words("workspace", ""),
    words("address"),
    words("direct", nullable=True),
    small("state", 1),
    instant("due_at"),
    instant("not_after", nullable=True),
    Column("facts", JSONB(none_as_null=True)),  # null until the first claim, and again once erased
    small("wording_version", nullable=True),
    words("answers", ""),
    instant("lease_until", nullable=True),
    big("fence", 0),
    small("attempt", 0),  # the number of the current or last attempt
    instant("attempt_started_at", nullable=True),
    small("vain", 0),  # attempts begun of which no worker has written down how they ended
    small("retries", 0),  # attempts that failed, or that may have
    words("receipt", nullable=True),
    words("reason", nullable=True),
    instant("sent_at", nullable=True),
    instant("planned_at", nullable=True),  # the first `due_at`, once another has taken its place
    small("blind", 0),  # how often it was sent again without proof that it was not there
    small("absent", 0),  # looks in a row that did not find it
    instant("repeat_until", nullable=True),  # while it is ready: from then on it has to be looked for first
    reference("people", "person_id"),
    reference("identities", "identity_id"),
    # What "once" means.  The day comes last, so that it also finds everything about a subject.
    UniqueConstraint("kind", "subject", "target", "part", "try_", "day"),
    Index("ix_deliveries_ready", "channel", "due_at", "id", postgresql_where=text(IS_READY)),
    Index("ix_deliveries_urgent", "channel", "due_at", postgresql_where=text(f"{IS_READY} AND {IS_URGENT}")),
    Index(
        "ix_deliveries_workspace",
        "workspace",
        "due_at",
        postgresql_where=text(f"{IS_READY} AND {IS_BY_WORKSPACE} AND {IS_PLANNED}"),
    ),
    Index("ix_deliveries_ready_person", "person_id", postgresql_where=text(IS_READY)),
    Index("ix_deliveries_lease", "lease_until", postgresql_where=text(HAS_LEASE)),
    Index(
        "ix_deliveries_repeat",
        "repeat_until",
        postgresql_where=text(f"{IS_READY} AND repeat_until IS NOT NULL"),
    ),
    Index("ix_deliveries_receipt", "channel", "receipt", postgresql_where=text("receipt IS NOT NULL")),
    postgresql_partition_by="RANGE (day)",
)

attempts = Table(
    "attempts",
    metadata,
    day(),
    big("delivery_id"),
    small("number"),
    PrimaryKeyConstraint("delivery_id", "number", "day"),
    organization(),
    big("person_id", nullable=True),
    big("fence"),
    instant("started_at"),
    instant("ended_at", nullable=True),
    small("outcome"),  # the state that it led to
    words("evidence", nullable=True),
    reference("people", "person_id"),
    postgresql_partition_by="RANGE (day)",
)

delivery_events = Table(
    "delivery_events",
    metadata,
    day(),  # that of the delivery, else that of the event: the same however often it is told
    words("event_id"),
    PrimaryKeyConstraint("event_id", "day"),
    big("delivery_id", nullable=True),
    organization(nullable=True),
    big("person_id", nullable=True),
    words("kind"),  # a word: what providers tell is their vocabulary
    words("address", nullable=True),
    instant("at"),
    instant("stored_at"),
    words("reason", nullable=True),
    reference_to_organization(),
    reference("people", "person_id"),
    Index("ix_delivery_events_delivery", "delivery_id", "day"),
    Index("ix_delivery_events_blocked", "address", postgresql_where=text("kind = 'blocked'")),
    postgresql_partition_by="RANGE (day)",
)

inbox = Table(
    "inbox",
    metadata,
    day(),
    Column("id", BigInteger, Identity(always=True)),
    PrimaryKeyConstraint("id", "day"),  # the other way round a partition without rows yet is walked whole
    small("source"),
    small("lane"),
    Column("raw", LargeBinary),  # null once erased
    instant("at"),
    instant("stored_at"),
    instant("try_at"),  # when it may be taken up again
    small("state", 1),
    small("tries", 0),
    organization(nullable=True),
    big("person_id", nullable=True),
    words("note", nullable=True),
    words("sender", nullable=True),  # of what is held: the address it came from
    reference_to_organization(),
    reference("people", "person_id"),
    Index("ix_inbox_held", "person_id", "sender", postgresql_where=text(f"state = {InboxState.HELD:d}")),
    Index("ix_inbox_waiting", "try_at", postgresql_where=text(f"state = {InboxState.NEW:d}")),
    postgresql_partition_by="RANGE (day)",
)

inbox_keys = Table(
    "inbox_keys",
    metadata,
    small("source", primary_key=True),
    Column("key", LargeBinary, primary_key=True),  # digest of what "the same again" means
    day(),
    Index("ix_inbox_keys_day", "day"),
)

leases = Table(
    "leases",
    metadata,
    words("name", primary_key=True),
    words("holder"),
    instant("until"),
    big("fence"),
)

buckets = Table(
    "buckets",
    metadata,
    words("name", primary_key=True),
    instant("closed_until"),
    real("rate", nullable=True),  # null with all that follows: nothing was learned of it yet
    instant("next_at", nullable=True),
    instant("since", nullable=True),
    real("taken", 0),
    real("ceiling", nullable=True),
    flag("probing"),
    words("reason", nullable=True),  # why it was closed
    words("credential", nullable=True),  # a digest of the last one that was refused, and when that was
    instant("refused_at", nullable=True),
)

gateway_state = Table(
    "gateway_state",
    metadata,
    words("bot", primary_key=True),
    words("session_id", nullable=True),
    words("resume_url", nullable=True),
    big("sequence", nullable=True),
    Column("watermarks", JSONB, nullable=False, server_default=text("'{}'")),
)
