from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class CrmLineshoppingOrder(models.Model):
    """Which member bought it.

    LINE SHOPPING tells nothing about the buyer; phone and name are of whoever gets the
    parcel. So a member claims the order, or staff say who it was, or the phone number
    is of exactly one member and the order is no gift. Names are never compared.

    Whoever was found by phone gives way to a claim; a claim and what staff say stay
    until staff say otherwise.
    """

    _inherit = "crm.lineshopping.order"

    match_phone = fields.Char(
        readonly=True, help="The number by which the buyer was found."
    )
    matched_at = fields.Datetime("Found On", readonly=True)

    _unmatched_idx = models.Index(
        "(recipient_phone) WHERE partner_id IS NULL AND is_gift IS NOT TRUE"
    )

    def _settle_buyers(self):
        """Find the buyers of these orders, as far as that is certain."""
        orders = self.sudo()._lock_rows()
        orders._forget_phones()
        orders._take_early_claims()
        for shop, group in orders.grouped("shop_id").items():
            group.filtered(lambda order: not order.partner_id)._match_phones(shop)

    def _lock_rows(self):
        """Of two who settle an order at once the second one fails, and is repeated: a
        lock alone would leave it with the buyer of before.

        :return: self
        """
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """UPDATE crm_lineshopping_order SET dirty = dirty
                    WHERE id IN (SELECT id FROM crm_lineshopping_order
                                  WHERE id = ANY(%s) ORDER BY id FOR UPDATE)
                RETURNING id""",
                self.ids,
            )
        )
        self.invalidate_recordset()
        return self

    def _forget_phones(self):
        """Forget buyers who were found by a phone number that the order does not have
        any more, or that is of whom the gift goes to."""
        wrong = self.filtered(
            lambda order: (
                order.match_method == "phone"
                and (order.is_gift or order.recipient_phone != order.match_phone)
            )
        )
        wrong._set_buyer(self.env["res.partner"], False)

    def _set_buyer(self, partner, method):
        """Say who bought these orders; the points follow in `_settle_points`.

        :param partner: res.partner, empty for nobody
        :param method: of `match_method`, False for nobody
        """
        if self:
            self.write(
                {
                    "partner_id": partner.commercial_partner_id.id,
                    "match_method": method,
                    "match_phone": False,
                    "matched_at": fields.Datetime.now() if partner else False,
                }
            )

    def action_choose_buyer(self):
        """:return: the form in which staff say who bought it
        :raise AccessError: not an officer"""
        self.ensure_one()
        self._as_points_officer()
        return self.env["crm.lineshopping.buyer"]._open(self)

    def _choose_buyer(self, partner):
        """Staff say who bought this order: points go from one card to the other.

        :param partner: res.partner, empty for nobody
        :raise AccessError: not an officer, or no access to the customer
        :raise UserError: a customer of another company
        """
        self.ensure_one()
        order = self._as_points_officer()._lock_rows()
        customer = partner.with_env(self.env)
        customer.check_access("read")
        companies = order.company_id.parent_ids
        if customer.company_id and customer.sudo().company_id not in companies:
            raise UserError(self.env._("This customer belongs to another company."))
        other = partner and partner.commercial_partner_id != order.partner_id
        order._set_buyer(partner, "staff")
        if other:
            order._weigh_choice()
        order._settle_points()

    def _match_phones(self, shop):
        """Give these orders to the members whose phone number they have, where that is
        one member. A contact below a customer says nothing: it may be somebody whom
        the customer sent a gift to. Nor does a number that was only typed, or somebody
        who could not prove to be the customer whose number it is.

        :param shop: crm.lineshopping.shop of these orders
        """
        program = self and shop._get_program()
        if not program:
            return
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """UPDATE crm_lineshopping_order o
                      SET partner_id = fit.partner_id, match_method = 'phone',
                          match_phone = o.recipient_phone,
                          matched_at = now() AT TIME ZONE 'UTC'
                     FROM (%s) AS fit
                    WHERE fit.id = o.id
                RETURNING o.id""",
                self._sql_phone_fits(shop, program, SQL("o.id = ANY(%s)", self.ids)),
            )
        )
        self.invalidate_recordset()

    def _sql_phone_fits(self, shop, program, orders):
        """:param orders: SQL on `o`, which orders
        :return: SQL that selects `id` of orders without a buyer, and `partner_id`, the
        one member who has the phone number"""
        companies = shop.company_id.sudo().parent_ids.ids
        return SQL(
            """SELECT o.id, min(person.id) AS partner_id
                 FROM crm_lineshopping_order o
                 JOIN res_partner person ON person.phone_sanitized = o.recipient_phone
                WHERE %s
                  AND o.shop_id = %s
                  AND o.partner_id IS NULL
                  AND o.match_method IS DISTINCT FROM 'staff'
                  AND o.is_gift IS NOT TRUE
                  AND o.recipient_phone IS NOT NULL
                  AND person.active
                  AND person.phone_unproven IS NOT TRUE
                  AND person.possible_twin_id IS NULL
                  AND person.commercial_partner_id = person.id
                  AND (person.company_id IS NULL OR person.company_id = ANY(%s))
                  AND EXISTS (
                      SELECT FROM loyalty_card card
                        JOIN res_partner holder ON holder.id = card.partner_id
                       WHERE holder.commercial_partner_id = person.id
                         AND card.program_id = %s
                         AND card.active AND card.is_member_card)
             GROUP BY o.id
               HAVING count(*) = 1""",
            orders,
            shop.id,
            companies,
            program.id,
        )
