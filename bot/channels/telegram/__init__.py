"""Telegram: updates in, by polling or a webhook; replies out of the outbox."""
