"""One request, understood and carried out: who is it, what is asked, what is answered.

Strings the use cases together inside one unit of work; none of them knows another.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from domain import commands as c
from domain import correspondence, mail_guards
from domain import facts as f
from domain import replies as r
from domain import talk as t
from domain.engines import Engines
from domain.errors import Refusal
from domain.grammar import read_message, read_slash
from domain.handled import Handled
from domain.local_time import log_day
from domain.messages import Audience
from domain.people import Channel
from domain.ports.front import Tokens
from domain.ports.inbox import InboxState
from domain.ports.search import SearchIndex
from domain.ports.storage import UnitOfWork
from domain.services import absences, capture, confirming, linking, membership, preferences, searching
from domain.services.linking import Held, Known


class Conversation:
    """Carries out requests; the same rules for every channel.

    Args:
        engines: of search, in the order in which they are asked.
        channels: those that this installation speaks.
    """

    def __init__(self, tokens: Tokens, engines: Sequence[SearchIndex], channels: frozenset[Channel]) -> None:
        self._tokens = tokens
        self._engines = Engines(engines)
        self._channels = channels

    def handle(self, uow: UnitOfWork, request: c.Request, now: datetime) -> Handled:
        """What comes of a request.  A refusal is an answer, not an error.

        Raises:
            ProfileWanted: the channel must first say who it is.
        """
        if request.origin.surface is c.Surface.SLASH:
            command = request.command or read_slash(request.text)
            if isinstance(command, c.Connect):  # the one thing that can be asked before anybody is known
                return self._connect(uow, command, request.origin, now)
        if isinstance(request.command, r.Undelivered):
            return self._report(uow, request.command, request.origin)
        known = linking.identify(uow, request.origin, now)
        if isinstance(known, Held):
            return self._hold(uow, known, request, now)
        linking.keep_direct(known, request.origin)
        if request.origin.surface is c.Surface.MAIL and mail_guards.is_too_much(uow, known, now):
            return Handled(
                "more mail than people write",
                InboxState.HELD,
                organization_id=known.tenant.organization_id,
                person_id=known.person.id,
            )
        try:
            handled = self._carry_out(uow, known, request, now)
        except Refusal as refusal:
            handled = Handled("refused", facts=f.Refused(str(refusal)))
        if handled.facts is not None and request.origin.surface is c.Surface.MAIL:
            handled = self._within_limits(uow, request, handled, handled.facts, now)
        note = f"{handled.note} (nobody vouches for the sender)" if known.weak else handled.note
        return handled.asked_by(known.person, known.identity, note)

    def _report(self, uow: UnitOfWork, command: r.Undelivered, origin: c.Origin) -> Handled:
        event = correspondence.report(uow, command, origin)
        if event is None:
            return Handled("automatic: a report on a mail that is not known here")
        return Handled(f"automatic: a report that a mail has {command.what}", event=event)

    def _hold(self, uow: UnitOfWork, held: Held, request: c.Request, now: datetime) -> Handled:
        if isinstance(request.command, r.OutOfOffice):
            return Handled("automatic: out of office, of nobody known for certain")
        facts = correspondence.keep_aside(uow, held, request.origin, now)
        return Handled(
            held.reason,
            InboxState.HELD,
            facts,
            organization_id=held.organization_id,
            person_id=held.owner_id,
        )

    def _within_limits(
        self, uow: UnitOfWork, request: c.Request, handled: Handled, facts: f.Facts, now: datetime
    ) -> Handled:
        answer = mail_guards.within_limits(uow, request.origin.address, request.text, facts, now)
        note = f"{handled.note}, not answered once more" if answer is None else handled.note
        return replace(handled, facts=answer, note=note)

    def _connect(self, uow: UnitOfWork, command: c.Connect, origin: c.Origin, now: datetime) -> Handled:
        try:
            facts = linking.connect(uow, self._tokens, command, origin, now)
        except Refusal as refusal:
            facts = f.Refused(str(refusal))
        return Handled("connected" if isinstance(facts, f.Connected) else "not connected", facts=facts)

    def _carry_out(  # noqa: C901, PLR0911 -- an arm a kind of command
        self, uow: UnitOfWork, known: Known, request: c.Request, now: datetime
    ) -> Handled:
        if isinstance(request.command, r.OutOfOffice):
            return Handled(correspondence.offer_absence(uow, known, request.command, request.origin, now))
        if request.command is None and request.origin.surface is c.Surface.MAIL:
            to_digest = correspondence.answer_to_digest(known, request, now)
            if to_digest is not None:
                return self._answer_to_digest(uow, known, request, to_digest, now)
        command = request.command or self._read(known, request)
        self._welcome(uow, known, request.origin, command, now)
        match command:
            case c.Record():
                return self._record(known, request, command, now)
            case c.ChangeSource():
                return self._change_source(known, request, command, now)
            case c.TeamHere():
                return self._team_here(uow, known, request.origin, command, now)
            case c.PickOrganization():
                inbox_ref = c.InboxRef(command.inbox_day, command.inbox_id)
                uow.inbox.release(inbox_ref, command.organization_id)
                return Handled("picked", mark=True)
            case r.ClaimMail() | r.ClaimSender():
                settled = confirming.settle(uow, known.tenant, known.person, command, now)
                return Handled("said whose mail it was", facts=settled)
            case c.StopMail():
                return self._stop_mail(known, command)
            case r.Stop() if known.identity.address.channel is Channel.EMAIL:
                return self._stop_mail(known, c.StopMail(known.identity.id))
            case _:
                return Handled(
                    type(command).__name__, facts=self._answer(known, request.origin, command, now)
                )

    def _welcome(
        self, uow: UnitOfWork, known: Known, origin: c.Origin, command: c.Command, now: datetime
    ) -> None:
        """What she wrote before she was known is read now.

        Whoever wants no mail accepts no invitation; nor does a link, which a mail program may have followed.
        """
        wants_none = isinstance(command, r.Stop | c.StopMail)
        answers = origin.surface is not c.Surface.WEB and not wants_none
        if (answers and linking.accept_invitations(known, now)) or known.is_new:
            uow.inbox.release_from(str(origin.address), known.tenant.organization_id)

    def _answer_to_digest(
        self,
        uow: UnitOfWork,
        known: Known,
        request: c.Request,
        to_digest: correspondence.ToDigest,
        now: datetime,
    ) -> Handled:
        """Remarks are told to those whose lines they are on; what is left is a command, or dones of today."""
        if not to_digest.rest:
            return Handled("remarked on" if to_digest.kept else "remarked on before")
        origin = replace(request.origin, answers="", prompt_day=None)
        handled = self._carry_out(uow, known, replace(request, origin=origin, text=to_digest.rest), now)
        if handled.mark and handled.facts is None and to_digest.example:
            told = t.DigestAnswered(log_day(origin.at, known.person.zone), to_digest.example)
            return replace(handled, facts=told)
        return handled

    def _team_here(
        self, uow: UnitOfWork, known: Known, origin: c.Origin, command: c.TeamHere, now: datetime
    ) -> Handled:
        place = origin.place
        linked_to = uow.directory.organization_of(place.channel, place.workspace) if place else None
        if place is not None and linked_to != known.tenant.organization_id:
            return Handled("workspace or guild not connected", facts=f.NotConnected())
        if origin.speechless:
            return Handled("no token for this workspace", facts=f.TokenMissing(kept=False))
        facts = membership.team_here(known.tenant, known.person, origin, command, now)
        made = isinstance(facts, f.TeamMade)
        return Handled("team", facts=facts, audience=Audience.PLACE if made else Audience.ASKER)

    def _read(self, known: Known, request: c.Request) -> c.Command:
        if request.origin.surface is c.Surface.SLASH:
            return read_slash(request.text)
        return self._read_direct(known, request.text)

    def _read_direct(self, known: Known, text: str) -> c.Command:
        return read_message(text, lambda name: known.tenant.teams.named(name) is not None)

    def _record(self, known: Known, request: c.Request, command: c.Record, now: datetime) -> Handled:
        written = capture.record(known.tenant, known.person, request.origin, command, now)
        if written is None:
            return Handled("recorded before")
        if isinstance(written, f.HelpShown):
            return Handled("no line in it", facts=written)
        in_words = (
            request.origin.surface is c.Surface.SLASH
            or not known.person.introduced
            or command.doubtful
            or command.day is not None
            or command.days_ago > 0
        )
        if not known.person.introduced:
            known.tenant.people.save(replace(known.person, introduced=True))
        if not in_words:
            return Handled("recorded", mark=True)
        facts = capture.receipt(written, request.origin, command, now)
        if not written.teams:
            facts = replace(facts, joinable=self._joinable(known, request.origin))
        return Handled("recorded", facts=facts, mark=True)

    def _joinable(self, known: Known, origin: c.Origin) -> tuple[tuple[int, str], ...]:
        return tuple((team.id, team.name) for team in membership.joinable(known.tenant, origin))

    def _change_source(
        self, known: Known, request: c.Request, command: c.ChangeSource, now: datetime
    ) -> Handled:
        read = None if command.text is None else self._read_direct(known, command.text)
        said = read if isinstance(read, c.Record) else None  # no command is carried out by an edit
        done = capture.change_source(known.tenant, known.person, request.origin, command, said, now)
        if isinstance(done, c.Record):  # it overtook the message, or made dones of something else
            return self._record(known, request, done, now)
        return Handled(done) if isinstance(done, str) else Handled("no dones any more", facts=done)

    def _answer(self, known: Known, origin: c.Origin, command: c.Command, now: datetime) -> f.Facts:  # noqa: C901, PLR0911, PLR0912 -- an arm a command
        tenant, person = known.tenant, known.person
        match command:
            case c.EditLine() | c.DeleteLine():
                return capture.change_line(tenant, person, command, now)
            case c.NothingToday():
                return capture.nothing_today(tenant, person, origin, command)
            case c.ShowDay():
                return capture.show_day_of(tenant, person, command, now)
            case c.Search():
                shown = searching.search(tenant, person, command, self._engines, now)
                return replace(shown, keep_as_done=origin.surface is c.Surface.DIRECT)
            case c.Help():
                return f.HelpShown(command.unclear, kept=bool(command.unclear))
            case c.ShowSettings():
                return preferences.show(tenant, person)
            case c.SetTime() | c.SetZone() | c.SetDays() | c.SetChannel():
                return preferences.change(tenant, person, command)
            case c.AskNow():
                return f.PromptAsked(log_day(now, person.zone), explain=True)
            case c.Join():
                return membership.join(tenant, person, origin, command, now)
            case c.Leave():
                return membership.leave(tenant, person, command)
            case c.Invite():
                return self._invite(known, origin, command, now)
            case r.Away():
                return absences.leave(tenant, person, command, now)
            case r.Stop():
                return absences.leave(tenant, person, r.Away(), now)
            case r.Back():
                return absences.come_back(tenant, person, now)
            case (
                c.Record()
                | c.ChangeSource()
                | c.TeamHere()
                | c.PickOrganization()
                | c.StopMail()
                | c.Connect()
            ):
                return f.HelpShown("", kept=False)  # carried out before, or asked where it cannot be
            case r.ClaimMail() | r.ClaimSender() | r.OutOfOffice() | r.Undelivered():
                return f.HelpShown("", kept=False)
            case _:
                assert_never(command)

    def _invite(self, known: Known, origin: c.Origin, command: c.Invite, now: datetime) -> f.Facts:
        if Channel.EMAIL not in self._channels:
            raise Refusal("I cannot send mail yet. Whoever runs donelog sets that up: `donelog setup email`.")
        team = membership.team_to_invite_to(known.tenant, known.person, origin, command)
        return linking.invite(known.tenant, known.person, team, command, now)

    def _stop_mail(self, known: Known, command: c.StopMail) -> Handled:
        identity = known.tenant.people.identity(command.identity_id)
        if identity is None or identity.person_id != known.person.id:
            raise Refusal("That link is not for this address.")
        stopped = f.MailStopped(identity.address.external_id)
        return Handled("wants no more mail", facts=stopped, stopped_identity_id=identity.id)
