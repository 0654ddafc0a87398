from datetime import timedelta

from odoo import api, fields, models


class CrmLineshoppingClaim(models.Model):
    """A member claimed an order that has not come in yet: it is his when it comes and
    the digits are right. Orders come in some time after they are placed, and a member
    claims them while the parcel is news."""

    _name = "crm.lineshopping.claim"
    _description = "Early Claim of a LINE SHOPPING Order"
    _rec_name = "number"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Member",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    number = fields.Char("Order Number", required=True, readonly=True)
    digits = fields.Char(
        required=True, readonly=True, help="The last digits of the phone number."
    )
    claimed_at = fields.Datetime(required=True, readonly=True)

    # not unique: the same twice does no harm, and customers who claimed one order can
    # be merged
    _number_idx = models.Index("(company_id, number)")

    @api.model
    def _note_claim(self, company, partner, number, digits):
        """Remember a claim, once.

        :param company: res.company
        :param partner: res.partner of the member
        """
        values = {
            "company_id": company.id,
            "partner_id": partner.id,
            "number": number,
            "digits": digits,
        }
        claims = self.sudo()
        domain = [(name, "=", value) for name, value in values.items()]
        if not claims.search_count(domain, limit=1):
            claims.create({**values, "claimed_at": fields.Datetime.now()})

    @api.model
    def _first_of(self, orders):
        """:param orders: crm.lineshopping.order of one company
        :return: {order: the first claim of it whose digits are right}"""
        numbers = orders.mapped("number")
        claims = self.sudo().search(
            [("company_id", "in", orders.company_id.ids), ("number", "in", numbers)],
            order="claimed_at, id",
        )
        first = {}
        for claim in claims:
            first.setdefault((claim.number, claim.digits), claim)
        found = {
            order: first.get((order.number, order._get_claim_digits()))
            for order in orders
        }
        return {order: claim for order, claim in found.items() if claim}

    @api.autovacuum
    def _gc_claims(self):
        """Forget claims of orders that never came."""
        shops = self.env["crm.lineshopping.shop"].sudo()
        for shop in shops.search([("active", "=", True)]):
            limit = fields.Datetime.now() - timedelta(days=shop.match_days or 365)
            self.sudo().search(
                [("company_id", "=", shop.company_id.id), ("claimed_at", "<", limit)]
            ).unlink()
