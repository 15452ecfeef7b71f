"""The tables of what replies leave behind."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, UniqueConstraint

from adapters.storage.columns import big, flag, instant, metadata, number, organization, reference, words

comments = Table(
    "comments",
    metadata,
    number(),
    organization(),
    big("done_id"),
    big("person_id"),  # who says it
    words("source_ref"),  # the message it came in, and its place there
    words("text"),
    instant("at"),
    reference("dones", "done_id"),
    reference("people", "person_id"),
    UniqueConstraint("organization_id", "source_ref"),
    Index("ix_comments_done", "organization_id", "done_id"),
    Index("ix_comments_person", "organization_id", "person_id"),
)

likes = Table(
    "likes",
    metadata,
    organization(primary_key=True),
    big("done_id", primary_key=True),
    big("person_id", primary_key=True),
    instant("at"),
    reference("dones", "done_id"),
    reference("people", "person_id"),
    Index("ix_likes_person", "organization_id", "person_id"),
)

senders = Table(
    "senders",
    metadata,
    organization(primary_key=True),
    big("person_id", primary_key=True),
    words("email", primary_key=True),  # the mailbox, without tag
    flag("hers"),
    instant("said_at"),
    reference("people", "person_id"),
)

limits = Table(
    "limits",
    metadata,
    Column("name", LargeBinary, primary_key=True),  # a digest
    instant("since"),
    Column("times", Integer, nullable=False),
    Index("ix_limits_since", "since"),
)
