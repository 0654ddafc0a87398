from odoo import models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _has_bought_before(self, company, document=None):
        """Whether the customer bought something from a company before.

        Modules with documents of their own look into them too.

        :param company: res.company
        :param document: the record that asks; it does not count itself, and once it is
            confirmed only what came before it counts
        :return: bool; one query
        """
        self.ensure_one()
        domain = Domain(
            [
                (
                    "partner_id.commercial_partner_id",
                    "=",
                    self.commercial_partner_id.id,
                ),
                ("company_id", "=", company.id),
                ("state", "=", "sale"),
                ("is_reward_delivery", "!=", True),
            ]
        )
        if document is not None and document._name == "sale.order":
            domain &= Domain("id", "!=", document._origin.id or 0)
            if document.state == "sale":
                domain &= Domain("date_order", "<", document.date_order) | (
                    Domain("date_order", "=", document.date_order)
                    & Domain("id", "<", document._origin.id)
                )
        return bool(self.env["sale.order"].sudo().search_count(domain, limit=1))
