"""The papers that a municipality asks for, filled in from the running system as far as it knows."""

from bot.dossier.write import Installation, installation_of, papers

__all__ = ["Installation", "installation_of", "papers"]
