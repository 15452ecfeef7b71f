"""A batch as the body of SendGrid's `POST /v3/mail/send`, built by SendGrid's own library.

https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
"""

import json

from sendgrid.helpers.mail import (
    ClickTracking,
    Content,
    CustomArg,
    From,
    Header,
    Mail,
    OpenTracking,
    Personalization,
    Subject,
    SubscriptionTracking,
    Substitution,
    To,
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
    for index, letter in enumerate(batch.letters):
        # By default the library puts each in front of the others, and errors would name the wrong one.
        mail.add_personalization(_personalization(letter), index=index)
    return json.dumps(mail.get()).encode()


def _personalization(letter: Letter) -> Personalization:
    made = Personalization()
    made.add_to(To(letter.parcel.recipient.address.external_id))
    name, address = letter.sender
    made.set_from(From(address, name))
    for key, value in letter.headers.items():
        made.add_header(Header(key, value))
    for tag, link in letter.links.items():
        made.add_substitution(Substitution(tag, link))
    made.add_custom_arg(CustomArg("delivery", str(letter.parcel.ref)))
    made.add_custom_arg(CustomArg("attempt", str(letter.parcel.attempt)))
    return made


def _no_tracking() -> TrackingSettings:
    return TrackingSettings(
        click_tracking=ClickTracking(enable=False, enable_text=False),
        open_tracking=OpenTracking(enable=False),
        subscription_tracking=SubscriptionTracking(enable=False),
    )
