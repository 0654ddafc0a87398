from odoo import fields, models


class PosOrder(models.Model):
    _inherit = "pos.order"

    def action_pos_order_paid(self):
        result = super().action_pos_order_paid()
        self._check_in_customers()
        return result

    def _check_in_customers(self):
        """Note that the customers of these paid orders came in, where the till does.

        Who walked in to pay is done; a visit that was planned goes on. The clock of a
        till may be fast.
        """
        now = fields.Datetime.now()
        for order in self.sudo().filtered("config_id.visit_check_in"):
            customer = order.partner_id
            if not customer or customer.is_public or order.is_refund:
                continue
            visit = (
                self.env["crm.visit"]
                .sudo()
                .with_company(order.company_id)
                ._check_in(
                    customer,
                    order.branch_id,
                    key=f"till:{order.uuid}",
                    moment=min(order.date_order, now),
                )
            )
            if visit.kind == "walk_in" and visit.state == "arrived":
                visit.action_done()
