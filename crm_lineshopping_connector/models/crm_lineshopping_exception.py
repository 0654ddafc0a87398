from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Minutes until an order is tried again, by how often it failed; then the last, always.
BACK_OFF = (5, 15, 60, 240, 720, 1440)


class CrmLineshoppingException(models.Model):
    """An order of LINE SHOPPING that could not be read or followed. It is tried again
    by itself, less and less often, and by the button; staff sees why it fails."""

    _name = "crm.lineshopping.exception"
    _description = "LINE SHOPPING Order in Trouble"
    _order = "last_error_at desc, id desc"
    _rec_name = "number"
    _log_access = False

    shop_id = fields.Many2one(
        "crm.lineshopping.shop", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True, index=True)
    number = fields.Char("Order Number", required=True, readonly=True)
    kind = fields.Selection(
        [("fetch", "Cannot be read"), ("settle", "Sale order or points")],
        "Trouble",
        required=True,
        readonly=True,
    )
    error = fields.Text(required=True, readonly=True)
    tries = fields.Integer(required=True, readonly=True, default=1)
    first_error_at = fields.Datetime("Since", required=True, readonly=True)
    last_error_at = fields.Datetime("Last Tried", required=True, readonly=True)
    next_try_at = fields.Datetime("Next Try", required=True, readonly=True)

    _number_uniq = models.UniqueIndex("(shop_id, number)")
    _due_idx = models.Index("(next_try_at)")

    @api.model
    def _note_exception(self, shop, number, error, kind="settle"):
        """Remember that an order failed, and when to try it again.

        A failed order is not `dirty` any more: from here on the exception carries it,
        so that the job which settles does not come back to it every few minutes.

        :param shop: a crm.lineshopping.shop
        :param str number: number of the order
        :param error: text for staff, without secrets and addresses
        :param kind: "settle" or "fetch"
        """
        now = fields.Datetime.now()
        self.flush_model()
        steps = SQL("%s::int[]", list(BACK_OFF))
        self.env.cr.execute(
            SQL(
                """INSERT INTO crm_lineshopping_exception AS stored
                      (shop_id, company_id, number, kind, error, tries,
                       first_error_at, last_error_at, next_try_at)
                   VALUES (%(shop)s, %(company)s, %(number)s, %(kind)s, %(error)s, 1,
                       %(now)s, %(now)s, %(next)s)
                   ON CONFLICT (shop_id, number) DO UPDATE SET
                       kind = EXCLUDED.kind, error = EXCLUDED.error,
                       tries = stored.tries + 1,
                       last_error_at = EXCLUDED.last_error_at,
                       next_try_at = EXCLUDED.last_error_at + make_interval(mins =>
                          (%(steps)s)[LEAST(stored.tries + 1, %(most)s)])""",
                shop=shop.id,
                company=shop.sudo().company_id.id,
                number=number,
                kind=kind,
                error=str(error)[:1000] or "?",
                now=now,
                next=now + timedelta(minutes=BACK_OFF[0]),
                steps=steps,
                most=len(BACK_OFF),
            )
        )
        self.invalidate_model()
        if kind == "settle":
            self.env["crm.lineshopping.order"].sudo().search(
                [("shop_id", "=", shop.id), ("number", "=", number)]
            ).dirty = False

    @api.model
    def _clear(self, shop, numbers, kind=None):
        """These orders are well; what was noted about them goes.

        :param kind: only exceptions of this kind
        """
        domain = [("shop_id", "=", shop.id), ("number", "in", list(numbers))]
        if kind:
            domain.append(("kind", "=", kind))
        self.sudo().search(domain).unlink()
