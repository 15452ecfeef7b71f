"""Conditions on deliveries that partial indexes are made of, and statements have to repeat.

Kinds and states stand in them as numbers, not as parameters: PostgreSQL takes a partial index only for a
statement in which it finds that index's own condition.
https://www.postgresql.org/docs/current/indexes-partial.html
"""

from domain.deliveries import Kind, State
from domain.people import Channel

IS_READY = f"state = {State.READY:d}"
IS_SENDING = f"state = {State.SENDING:d}"
IS_UNCERTAIN = f"state = {State.UNCERTAIN:d}"
HAS_LEASE = f"state IN ({State.SENDING:d}, {State.UNCERTAIN:d})"
"""Or may have one; PostgreSQL finds it in `IS_SENDING` and in `IS_UNCERTAIN`."""
IS_PLANNED = f"kind <= {Kind.DIGEST_MAIL:d}"
"""It is planned for many: prompts and digests."""
IS_URGENT = f"kind > {Kind.DIGEST_MAIL:d}"
"""Somebody waits for it."""
IS_BY_WORKSPACE = f"channel = {Channel.SLACK:d}"
"""Each of its workspaces has limits and credentials of its own; there is an index by workspace."""
