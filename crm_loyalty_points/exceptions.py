from odoo.exceptions import UserError


class NotEnoughPoints(UserError):
    """A spend asked for more points than the card can give."""
