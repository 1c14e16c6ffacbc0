"""Stands in for the outside world: Twilio, the mail service, phones and mailboxes, and the clock. Never deployed."""
