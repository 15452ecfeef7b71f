"""Mail: SendGrid out, Inbound Parse and Event Webhook in."""
