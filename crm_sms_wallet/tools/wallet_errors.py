"""Why the wallet refuses a movement, in words for users."""

from odoo.exceptions import UserError


class WalletError(UserError):
    """A movement that was refused: nothing has moved."""


class NotEnoughCredits(WalletError):
    """More SMS credits are asked than are free."""


class NotEnoughMoney(WalletError):
    """More money is asked than the wallet has."""


class HoldExceeded(WalletError):
    """More is settled or released than is left of a hold."""


class KeyUsed(WalletError):
    """The key of a movement was used before, for another movement."""
