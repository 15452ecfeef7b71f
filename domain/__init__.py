"""The done log itself: what donelog knows and decides, whichever channel it speaks through.

Imports the standard library and nothing else, does no I/O, reads no clock; `now` is an argument.

organization: a tenant.  workspace: a Slack workspace or Discord guild linked to an organization.
person: somebody in one organization.  identity: a person's address on a channel.
team, membership: who sees whose dones.  digest target: where a team's digest is posted.
answer: one message of one person for one day.  done: one line of it (done, goal or blocker).
log day: 04:00 to 04:00 in the person's zone, the only notion of a day.
prompt: the question at 18:00.  digest: a team's days, told on its next working morning.
delivery: one message to a provider, a row of the ledger.  attempt: one try to hand it over.
inbox item: something that arrived, raw.  request, command, reply: what it asks and what it gets.
facts: what the bot knows when it speaks.  message: how it says it, before any channel renders it.
"""
