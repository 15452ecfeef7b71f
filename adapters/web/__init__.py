"""The pages behind the links in our mails."""
