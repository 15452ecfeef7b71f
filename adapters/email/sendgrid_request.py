"""A batch as the body of SendGrid's `POST /v3/mail/send`, built by SendGrid's own library.

https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
"""

import json
from typing import Any

from sendgrid.helpers.mail import (
    ClickTracking,
    Content,
    From,
    Mail,
    OpenTracking,
    Subject,
    SubscriptionTracking,
    TrackingSettings,
)

from adapters.email.letters import Batch, Letter


def body_of(batch: Batch) -> bytes:
    """The JSON, in UTF-8."""
    mail = Mail()
    name, address = batch.letters[0].sender
    mail.from_email = From(address, name)  # required, though each letter has its own
    mail.subject = Subject(batch.mail.subject)
    mail.add_content(Content("text/plain", batch.mail.text))
    mail.add_content(Content("text/html", batch.mail.html))
    mail.tracking_settings = _no_tracking()
    # Of hundreds of letters, each ten objects of the library's: this costs a tenth.
    personalizations = [_personalization(letter) for letter in batch.letters]
    return json.dumps({**mail.get(), "personalizations": personalizations}).encode()


def _personalization(letter: Letter) -> dict[str, Any]:
    """https://www.twilio.com/docs/sendgrid/for-developers/sending-email/personalizations."""
    name, address = letter.sender
    return {
        "to": [{"email": letter.delivery.recipient.address.external_id}],
        "from": {"name": name, "email": address},
        "headers": letter.headers,
        **({"substitutions": letter.links} if letter.links else {}),
        "custom_args": {"delivery": str(letter.delivery.ref), "attempt": str(letter.delivery.attempt)},
    }


def _no_tracking() -> TrackingSettings:
    return TrackingSettings(
        click_tracking=ClickTracking(enable=False, enable_text=False),
        open_tracking=OpenTracking(enable=False),
        subscription_tracking=SubscriptionTracking(enable=False),
    )
