"""What can be wrong with a key or a backup."""


class KeyTrouble(Exception):
    """There is no master key that fits, or one that cannot be used. The text says what to do and holds no key."""


class BadBackup(Exception):
    """This backup cannot be made or used. The text says why; nothing was changed."""
