from odoo import api, fields, models
from odoo.tools import SQL


class CrmLineshoppingOrder(models.Model):
    """Orders of people whose data was erased."""

    _inherit = "crm.lineshopping.order"

    recipient_erased = fields.Boolean(
        readonly=True, help="Who got it was erased, and is not read again."
    )

    @api.model
    def _take(self, shop, payloads, source="pull", fetched_at=None):
        orders = super()._take(shop, payloads, source, fetched_at)
        if orders:
            orders._blank_recipient()
        return orders

    def _erase_recipient(self):
        """Forget for whom these orders were, also in what is pulled later."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lineshopping_order SET recipient_erased = TRUE"
                " WHERE id = ANY(%s)",
                self.ids,
            )
        )
        self._blank_recipient()

    def _blank_recipient(self):
        """Of those of these orders whose recipient was erased."""
        self.env.cr.execute(
            SQL(
                """UPDATE crm_lineshopping_order
                      SET recipient_name = NULL, recipient_phone = NULL,
                          recipient_email = NULL, match_phone = NULL,
                          payload = payload - ARRAY['shippingAddress', 'remarkBuyer',
                                                    'remarkRecipient']
                    WHERE recipient_erased AND id = ANY(%s)""",
                self.ids,
            )
        )
        self.invalidate_recordset()
