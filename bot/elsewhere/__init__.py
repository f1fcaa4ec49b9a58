"""Tells places elsewhere what happened: a municipality's own system, e-mail, webhooks."""
