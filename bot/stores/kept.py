"""All that the desk keeps, over one database."""

from bot.kept import Kept
from bot.stores.canned import SqlCannedReplies
from bot.stores.deliveries import SqlDeliveries
from bot.stores.directory import SqlDirectory
from bot.stores.engines import Engines
from bot.stores.inbox import SqlInbox
from bot.stores.pending import SqlPendings
from bot.stores.staff import SqlAccounts


def kept_over(engines: Engines) -> Kept:
    """Return the stores of the desk over the engines of a SqlStore."""
    return Kept(
        accounts=SqlAccounts(engines),
        pendings=SqlPendings(engines),
        canned=SqlCannedReplies(engines),
        deliveries=SqlDeliveries(engines),
        directory=SqlDirectory(engines),
        inbox=SqlInbox(engines),
    )
