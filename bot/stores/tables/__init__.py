"""The tables, the same on SQLite and PostgreSQL. `migrations/` brings a database to this; a test compares.

What is kept of a conversation is in the tables with a column `conversation`, and goes by `SqlStore.forget`: every new
table with one goes along. What it says is only in `body` of `events`, `cases` and `pending`, sealed (vault.py);
docs/encryption.md goes through all columns.
"""
