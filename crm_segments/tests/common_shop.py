from odoo.tests import TransactionCase


class ShopCase(TransactionCase):
    """A shop in Bangkok, without the chatter's notes of every change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.company = cls.env.company
        cls.company.customer_tz = "Asia/Bangkok"
