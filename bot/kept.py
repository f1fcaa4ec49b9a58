"""What the desk keeps beside the conversations, in one hand."""

from dataclasses import dataclass

from bot.accounts import Accounts
from bot.canned import CannedReplies
from bot.deliveries import Deliveries
from bot.directory import DirectoryStore
from bot.inbox import Inbox
from bot.undo import Pendings


@dataclass(frozen=True)
class Kept:
    """The stores of the desk. `bootstrap.py` makes it over one database."""

    accounts: Accounts
    pendings: Pendings
    canned: CannedReplies
    deliveries: Deliveries
    directory: DirectoryStore
    inbox: Inbox
