"""The web chat: one page that works as plain forms, and live with a little script."""

from bot.channels.web.routes import web_routes
from bot.channels.web.site import site_of

__all__ = ["site_of", "web_routes"]
