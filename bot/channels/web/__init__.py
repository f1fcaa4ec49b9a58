"""The web chat: one page that works as plain forms, and live with a little script."""

from bot.channels.web.routes import web_routes

__all__ = ["web_routes"]
