"""SendGrid on loopback: `mail/send`, the Event Webhook and Inbound Parse."""

from simulators.sendgrid.events import Happening
from simulators.sendgrid.mails import Mail
from simulators.sendgrid.simulator import SendGridSimulator

__all__ = ["Happening", "Mail", "SendGridSimulator"]
