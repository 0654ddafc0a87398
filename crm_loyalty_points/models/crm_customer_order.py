from odoo import api, models
from odoo.tools import SQL


class CrmCustomerOrder(models.Model):
    """A reward that is delivered is no purchase, as in the customer's figures."""

    _inherit = "crm.customer.order"
    _depends = {"sale.order": ["is_reward_delivery"]}

    @api.model
    def _customer_order_sale_counts(self):
        return SQL(
            "%s AND o.is_reward_delivery IS NOT TRUE",
            super()._customer_order_sale_counts(),
        )
