from odoo import api, fields, models
from odoo.exceptions import AccessError

CLOSERS = (
    "crm_segments.crm_segments_group_manager",
    "point_of_sale.group_pos_manager",
)


class PosPointsException(models.Model):
    """What could not be as it should, because the goods were gone already: one row per
    order, card and kind. A manager looks at it and closes it."""

    _name = "pos.points.exception"
    _description = "Till Exception"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "state, id desc"
    _check_company_auto = True

    kind = fields.Selection(
        [
            ("overspent", "More points used than there were"),
            ("code_twice", "Code used twice"),
            ("claim", "Till asked for more than the order gives"),
            ("condition", "Reward used outside its conditions"),
            ("cheap", "Prepaid card sold below its price"),
            ("failed", "Points not counted"),
        ],
        required=True,
        readonly=True,
    )
    order_id = fields.Many2one(
        "pos.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    card_id = fields.Many2one(
        "loyalty.card", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    program_id = fields.Many2one(related="card_id.program_id", string="Programme")
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")
    branch_id = fields.Many2one(related="order_id.branch_id")
    config_id = fields.Many2one(
        related="order_id.config_id", string="Till", store=True, index=True
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    date = fields.Datetime(related="order_id.date_order", string="Order Date")
    points = fields.Float(digits=(16, 2), readonly=True, aggregator=None)
    reason = fields.Char(readonly=True, help="What went wrong, in technical words.")
    state = fields.Selection(
        [("open", "Open"), ("settled", "Settled")],
        default="open",
        required=True,
        readonly=True,
        tracking=True,
    )
    closed_by_id = fields.Many2one("res.users", readonly=True)
    closed_on = fields.Datetime(readonly=True)
    note = fields.Text(help="How it was settled.")

    _once_uniq = models.UniqueIndex(
        "(order_id, kind, COALESCE(card_id, 0))",
        "This exception of the order is on the list already.",
    )

    @api.depends("kind", "order_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for exception in self:
            exception.display_name = (
                f"{exception.order_id.name}: {kinds.get(exception.kind)}"
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Exceptions are found by the system."))
        return super().create(vals_list)

    def write(self, vals):
        """:raise AccessError: anything but the note, and what messages need"""
        own = {name for name in vals if name in self._own_fields()}
        if own and not self.env.su:
            raise AccessError(self.env._("Only the note of an exception is written."))
        return super().write(vals)

    @api.model
    def _own_fields(self):
        return {
            "kind",
            "order_id",
            "card_id",
            "config_id",
            "company_id",
            "points",
            "reason",
            "state",
            "closed_by_id",
            "closed_on",
        }

    @api.model
    def _report(self, order, kind, card=None, points=0, note=None):
        """Put something on the list, once per order, card and kind.

        :return: the exception, or an empty one when it was there
        """
        card = card or self.env["loyalty.card"]
        domain = [
            ("order_id", "=", order.id),
            ("kind", "=", kind),
            ("card_id", "=", card.id),
        ]
        exceptions = self.sudo()
        if exceptions.search_count(domain, limit=1):
            return exceptions.browse()
        exception = exceptions.create(
            {
                "order_id": order.id,
                "kind": kind,
                "card_id": card.id,
                "points": round(points, 2),
                "reason": note,
            }
        )
        exception._tell_manager()
        return exception

    @api.model
    def _report_debts(self, order):
        """Report the spends of an order that left a debt."""
        spends = self.env["loyalty.point.entry"].search(
            [
                ("source_model", "=", order._name),
                ("source_id", "=", order.id),
                ("kind", "=", "redeem"),
            ]
        )
        debts = self.env["loyalty.point.award"].search(
            [("entry_id", "in", spends.ids), ("remaining", "<", 0)]
        )
        for debt in debts:
            self._report(order, "overspent", debt.card_id, -debt.remaining)

    def _tell_manager(self):
        """One activity, for one manager: a list that nobody is told about is not read,
        and one that everybody is told about is nobody's."""
        for exception in self:
            manager = exception._get_manager()
            if manager:
                exception.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=manager.id,
                    summary=exception.display_name,
                )

    def _get_manager(self):
        """:return: res.users to look at it: a manager of customers, else of the till"""
        users = self.env["res.users"].sudo()
        for group in CLOSERS:
            found = users.search(
                [
                    ("all_group_ids", "in", self.env.ref(group).ids),
                    ("company_ids", "in", self.company_id.ids),
                    ("share", "=", False),
                ],
                order="id",
                limit=1,
            )
            if found:
                return found
        return users

    def _check_may_close(self):
        """:raise AccessError: the user is no manager, or of another company"""
        self.check_access("write")
        if not (self.env.su or any(map(self.env.user.has_group, CLOSERS))):
            raise AccessError(self.env._("Only managers settle till exceptions."))

    def action_settle(self):
        """Close the exceptions, as the user."""
        self._check_may_close()
        todo = self.sudo().filtered(lambda exception: exception.state == "open")
        todo.write(
            {
                "state": "settled",
                "closed_by_id": self.env.uid,
                "closed_on": fields.Datetime.now(),
            }
        )
        todo.activity_unlink(["mail.mail_activity_data_todo"])
        return True

    def action_reopen(self):
        """Open them again."""
        self._check_may_close()
        self.sudo().write({"state": "open", "closed_by_id": False, "closed_on": False})
        return True

    def action_count_again(self):
        """Count the points of an order again that could not be counted."""
        self._check_may_close()
        failed = self.sudo().filtered(lambda exception: exception.kind == "failed")
        failed.order_id._settle_points()
        failed.filtered(lambda exception: exception.order_id.points_ledgered).with_user(
            self.env.user
        ).action_settle()
        return True
