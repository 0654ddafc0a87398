from odoo import fields, models

from ..tools.sale_adapter import SaleAdapter


class LoyaltyReplayOrder(models.Model):
    """An order of the past, with what two programmes give for it."""

    _name = "loyalty.replay.order"
    _description = "Order in a Replay"
    _order = "replay_id, number"
    _log_access = False

    replay_id = fields.Many2one(
        "loyalty.replay", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    number = fields.Integer("No.", required=True, readonly=True, aggregator=None)
    res_model = fields.Char("Kind of Order", readonly=True)
    res_id = fields.Many2oneReference(
        "Order", model_field="res_model", readonly=True, aggregator=None
    )
    name = fields.Char("Number", readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index=True, ondelete="cascade"
    )
    branch_id = fields.Many2one("crm.branch", readonly=True, ondelete="set null")
    moment = fields.Datetime("Ordered On", readonly=True)
    day = fields.Date(readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(readonly=True)
    done = fields.Integer("Counted", readonly=True, help="1 when it was counted.")
    points_current = fields.Float("Points, Current", digits=(16, 2), readonly=True)
    points_draft = fields.Float("Points, Draft", digits=(16, 2), readonly=True)
    points_difference = fields.Float(
        "Difference", compute="_compute_points_difference", digits=(16, 2)
    )

    _replay_number_uniq = models.UniqueIndex("(replay_id, number)")
    _replay_partner_idx = models.Index("(replay_id, partner_id) WHERE done = 1")

    def _compute_points_difference(self):
        for order in self:
            order.points_difference = order.points_draft - order.points_current

    def action_open_order(self):
        """:return: action with the order itself"""
        self.ensure_one()
        order = self.env[self.res_model].browse(self.res_id)
        return order._get_records_action(context={})

    def _get_adapters(self):
        """:return: {row: DocumentAdapter or None where the order is gone}"""
        orders = self._browse_orders("sale.order")
        return {row: SaleAdapter(order) for row, order in orders.items()}

    def _is_open(self, program):
        """:return: whether a programme counted orders of this kind on that day; whether
        it is archived is not asked"""
        self.ensure_one()
        first, last = program.date_from, program.date_to
        return (
            program.trigger == "auto"
            and (not first or first <= self.day)
            and (not last or self.day <= last)
            and self._is_open_channel(program)
        )

    def _is_open_channel(self, program):
        """:return: whether a programme is used where the order was made"""
        if self.res_model != "sale.order":
            return False
        pricelists = program.pricelist_ids
        order = self.env["sale.order"].sudo().browse(self.res_id)
        return program.sale_ok and (not pricelists or order.pricelist_id in pricelists)

    def _browse_orders(self, model):
        """:return: {row: order} of the rows of a model, as superuser; without those
        that are gone"""
        rows = self.filtered(lambda row: row.res_model == model)
        orders = self.env[model].sudo().browse(rows.mapped("res_id")).exists()
        found = {order.id: order for order in orders}
        return {row: found[row.res_id] for row in rows if row.res_id in found}
