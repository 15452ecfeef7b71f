"""The tables, as the newest migration leaves them.

Whatever holds people's data carries `organization_id`, and foreign keys are composite with it, so that a row
of one organization cannot point into another.  Enumerations are stored as their numbers.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

from adapters.storage.columns import (
    big,
    day,
    flag,
    instant,
    metadata,
    number,
    organization,
    reference,
    reference_to_organization,
    small,
    words,
)
from adapters.storage.ledger_tables import (
    attempts,
    buckets,
    deliveries,
    delivery_events,
    gateway_state,
    inbox,
    inbox_keys,
    leases,
)
from adapters.storage.reply_tables import comments, likes, limits, senders

__all__ = [
    "absences",
    "answers",
    "attempts",
    "buckets",
    "comments",
    "deliveries",
    "delivery_events",
    "digest_targets",
    "dones",
    "gateway_state",
    "holidays",
    "identities",
    "inbox",
    "inbox_keys",
    "leases",
    "lexicon",
    "likes",
    "limits",
    "memberships",
    "metadata",
    "organizations",
    "people",
    "search_feed",
    "senders",
    "teams",
    "workspaces",
]

organizations = Table(
    "organizations",
    metadata,
    number(),
    words("name"),
    words("zone"),
    small("prompt_minute", 18 * 60),
    words("holiday_country", nullable=True),
    flag("own"),  # the installation's own organization
    instant("created_at"),
    Index("uq_organizations_own", "own", unique=True, postgresql_where=text("own")),
)

workspaces = Table(
    "workspaces",
    metadata,
    small("channel", primary_key=True),
    words("external_id", primary_key=True),
    organization(),
    words("name", ""),
    Column("token", LargeBinary),  # encrypted; null when it comes from the environment
    instant("paused_at", nullable=True),  # since then it refuses whatever is sent there
    words("pause_reason", nullable=True),
    reference_to_organization(),
    UniqueConstraint("organization_id", "channel", "external_id"),
)

people = Table(
    "people",
    metadata,
    number(),
    organization(),
    words("name"),
    words("folded_name"),  # for `named`: a blank before every word, no capitals, no accents
    words("zone"),
    flag("zone_chosen"),
    small("prompt_minute"),
    flag("minute_chosen"),
    small("own_days", nullable=True),
    flag("ask_anyway"),
    small("preferred", nullable=True),
    flag("active", default=True),
    flag("introduced"),
    small("address_version", 0),  # of the mail address given out as hers; older ones are worth nothing
    words("holiday_country", nullable=True),  # null: the organization's
    big("merged_into", nullable=True),  # she was found to be this one: addresses given out as hers still work
    instant("created_at"),
    reference_to_organization(),
    reference("people", "merged_into"),
    UniqueConstraint("organization_id", "id"),
    Index("ix_people_renewed", "id", postgresql_where=text("address_version > 0")),
    Index("ix_people_clock", "zone", "prompt_minute", postgresql_where=text("active")),
)

identities = Table(
    "identities",
    metadata,
    number(),
    organization(),
    big("person_id"),
    small("channel"),
    words("workspace", ""),
    words("external_id"),
    words("direct", nullable=True),
    flag("active", default=True),
    instant("mail_stopped_at", nullable=True),
    words("reason", nullable=True),  # why nothing is sent there
    reference("people", "person_id"),
    UniqueConstraint("organization_id", "channel", "workspace", "external_id"),
    UniqueConstraint("organization_id", "id"),
    Index("ix_identities_address", "channel", "workspace", "external_id"),
    Index("ix_identities_person", "organization_id", "person_id"),
)

teams = Table(
    "teams",
    metadata,
    number(),
    organization(),
    words("name"),
    words("folded_name"),  # the name, case aside
    words("zone"),
    small("digest_minute"),
    small("work_days"),
    instant("created_at"),
    reference_to_organization(),
    UniqueConstraint("organization_id", "folded_name"),
    UniqueConstraint("organization_id", "id"),
    Index("ix_teams_clock", "zone", "digest_minute"),
)

memberships = Table(
    "memberships",
    metadata,
    organization(primary_key=True),
    big("team_id", primary_key=True),
    big("person_id", primary_key=True),
    small("role"),
    instant("joined_at"),
    reference("teams", "team_id"),
    reference("people", "person_id"),
    Index("ix_memberships_person", "organization_id", "person_id"),
)

digest_targets = Table(
    "digest_targets",
    metadata,
    number(),
    organization(),
    big("team_id"),
    small("channel"),
    words("workspace"),
    words("external_id"),
    words("name", ""),
    reference("teams", "team_id"),
    ForeignKeyConstraint(
        ["organization_id", "channel", "workspace"],
        ["workspaces.organization_id", "workspaces.channel", "workspaces.external_id"],
    ),
    UniqueConstraint(
        "organization_id", "team_id", "channel", "workspace", "external_id", name="uq_digest_targets_place"
    ),
    Index("ix_digest_targets_place", "organization_id", "channel", "workspace", "external_id"),
)

absences = Table(
    "absences",
    metadata,
    number(),
    organization(),
    big("person_id"),
    day("first_day"),
    day("last_day", nullable=True),  # null: until further notice
    CheckConstraint("last_day >= first_day", name="ends_after_it_starts"),
    reference("people", "person_id"),
    Index("ix_absences_person", "organization_id", "person_id", "first_day"),
)

holidays = Table(
    "holidays",
    metadata,
    organization(primary_key=True),
    words("country", primary_key=True),
    day(primary_key=True),
    words("name"),
    reference_to_organization(),
)

answers = Table(
    "answers",
    metadata,
    number(),
    organization(),
    big("person_id"),
    day(),
    words("source_ref"),
    instant("revised_at"),
    reference("people", "person_id"),
    UniqueConstraint("organization_id", "source_ref"),
    UniqueConstraint("organization_id", "id"),
    Index("ix_answers_person_day", "organization_id", "person_id", "day"),
)

dones = Table(
    "dones",
    metadata,
    number(),
    organization(),
    big("person_id"),
    big("answer_id"),
    day(),
    small("kind"),
    words("text"),
    small("position"),
    Column("team_ids", ARRAY(BigInteger), nullable=False),  # empty: private
    flag("audience_chosen"),  # the line says who reads it
    Column("revision", Integer, nullable=False, server_default=text("1")),
    instant("created_at"),
    instant("deleted_at", nullable=True),
    Column("terms", TSVECTOR, nullable=False),  # written by search_text.py
    reference("people", "person_id"),
    reference("answers", "answer_id"),
    UniqueConstraint("organization_id", "id"),
    Index(
        "ix_dones_terms",
        "team_ids",
        "terms",
        postgresql_using="gin",
        postgresql_where=text("deleted_at IS NULL"),
    ),
    Index("ix_dones_person_day", "organization_id", "person_id", "day"),
    Index("ix_dones_answer", "organization_id", "answer_id"),
)

lexicon = Table(
    "lexicon",
    metadata,
    organization(primary_key=True),
    words("word", primary_key=True),
    Column("uses", Integer, nullable=False),
    reference_to_organization(),
    Index(
        "ix_lexicon_trigrams",
        "organization_id",
        "word",
        postgresql_using="gin",
        postgresql_ops={"word": "gin_trgm_ops"},
    ),
)

search_feed = Table(
    "search_feed",
    metadata,
    big("done_id", primary_key=True, autoincrement=False),  # may outlive an erased done
    organization(),
    Column("revision", Integer, nullable=False),
    instant("claimed_until", nullable=True),
    reference_to_organization(),
)
