"""What waits in the inbox is seen from the command line, and can be read again."""

import json

from domain.commands import InboxRef
from domain.people import Address, Channel, Profile
from domain.ports.inbox import Arrival, InboxState, Lane, Source
from tests.cli_world import Shell
from tests.mail_world import letter, raw_item


def arrived(shell: Shell, state: InboxState, sender: str = "", text: str = "signed the lease") -> InboxRef:
    """A mail that ended so."""
    item = raw_item(letter("From: Dee <dee@example.com>", "Subject: Re: hello", body=text))
    with shell.core() as core, core.database.storage.begin() as uow:
        now = core.database.time()
        key = f"{state} {sender} {text}"
        [ref] = uow.inbox.add([Arrival(Source.MAIL_RAW, Lane.SAID, key, item.raw, now)], now)
        assert ref is not None
        if state is not InboxState.NEW:
            uow.inbox.finish(ref, state, core.organization_id, None, f"why it is {state.name}", sender)
        uow.commit()
    return ref


def state_of(shell: Shell, ref: InboxRef) -> InboxState:
    with shell.core() as core, core.database.storage.begin() as uow:
        found = uow.inbox.find(ref.id)
        assert found is not None
        return found[0].state


def test_what_waits_is_listed_without_its_text(shell: Shell) -> None:
    assert shell.says("mail", "list") == "Nothing waits.\n"
    held = arrived(shell, InboxState.HELD, "dee@example.com")
    arrived(shell, InboxState.DONE)
    said = shell.says("mail", "list")
    assert "held" in said
    assert "dee@example.com" in said
    assert "why it is HELD" in said
    assert "why it is DONE" not in said
    assert "lease" not in said
    assert "why it is DONE" in shell.says("mail", "list", "--all")
    (row,) = json.loads(shell.says("mail", "list", "--json"))
    assert (row["number"], row["state"], row["from"]) == (held.id, "held", "dee@example.com")


def test_one_is_shown_with_its_text_and_what_was_proved(shell: Shell) -> None:
    ref = arrived(shell, InboxState.HELD, "dee@example.com")
    said = shell.says("mail", "show", str(ref.id))
    for word in (
        "signed the lease",
        "Dee <dee@example.com>",
        "Re: hello",
        "SPF pass",
        "DKIM example.com pass",
    ):
        assert word in said
    assert "signed the lease" in shell.says("mail", "show", str(ref.id), "--raw")
    assert "There is no item 999" in shell.fails("mail", "show", "999")


def test_what_is_stuck_is_read_again_and_nothing_else(shell: Shell) -> None:
    refs = {state: arrived(shell, state) for state in (InboxState.HELD, InboxState.FAILED, InboxState.DONE)}
    said = shell.says("mail", "replay", *(str(ref.id) for ref in refs.values()))
    assert "1 of them need no replay" in said
    assert "2 will be read again" in said
    assert [state_of(shell, ref) for ref in refs.values()] == [
        InboxState.NEW,
        InboxState.NEW,
        InboxState.DONE,
    ]
    other = arrived(shell, InboxState.FAILED, text="another")
    assert "1 will be read again" in shell.says("mail", "replay", "--failed")
    assert state_of(shell, other) is InboxState.NEW
    assert "Which ones?" in shell.fails("mail", "replay")


def test_an_address_is_renewed_by_name(shell: Shell) -> None:
    with shell.core() as core, core.database.storage.begin() as uow:
        tenant = uow.tenant(core.organization_id)
        dee, _ = tenant.people.add(
            Profile("Dee"), Address(Channel.EMAIL, "dee@example.com"), None, core.database.time()
        )
        uow.commit()
    assert "Dee gets mail from a new address" in shell.says("member", "renew-address", "dee")
    with shell.core() as core, core.database.storage.begin() as uow:
        assert uow.tenant(core.organization_id).people.address_version(dee.id) == 1
    assert "I know nobody called" in shell.fails("member", "renew-address", "nobody")
