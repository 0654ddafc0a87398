from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

SUGGESTION_DAYS = 365


class LoyaltyProgram(models.Model):
    """What a point is worth to the shop, in the currency of the company."""

    _inherit = "loyalty.program"

    point_value = fields.Float(
        "Value per Point",
        digits=(16, 6),
        help="What one point is worth, in the currency of the company: for the "
        "liability report and the journal entries. A change holds for points given "
        "from today on.",
        prefetch="accounting",
    )
    point_value_ids = fields.One2many(
        "loyalty.point.value", "program_id", "Values so Far", readonly=True
    )
    point_value_suggested = fields.Float(
        "Suggested Value per Point",
        digits=(16, 6),
        compute="_compute_point_value_suggested",
        compute_sudo=True,
        help="What members got for a point in the last 12 months: the discounts and "
        "the sales prices of the products that rewards gave, for each point paid. "
        "Before any reward was taken: the average of the rewards whose value is known.",
    )

    @api.constrains("point_value")
    def _check_point_value(self):
        if any(program.point_value < 0 for program in self):
            raise ValidationError(self.env._("The value of a point is not negative."))

    @api.depends("reward_ids.required_points", "reward_ids.discount")
    def _compute_point_value_suggested(self):
        taken = self._get_value_of_taken_rewards()
        for program in self:
            offered = program._get_value_of_offered_rewards()
            value = taken.get(program._origin.id) or offered
            program.point_value_suggested = round(value, 6)

    def _get_value_of_taken_rewards(self):
        """:return: {program id: company currency per point paid for rewards}"""
        since = fields.Date.subtract(fields.Date.today(), days=SUGGESTION_DAYS)
        groups = self.env["loyalty.reward.report"]._read_group(
            [("program_id", "in", self.ids), ("date", ">=", since)],
            ["program_id"],
            ["worth:sum", "points:sum"],
        )
        return {
            program.id: worth / points for program, worth, points in groups if points
        }

    def _get_value_of_offered_rewards(self):
        """:return: average worth of a point by the rewards whose worth needs no order:
        fixed discounts and products"""
        self.ensure_one()
        worths = []
        for reward in self.reward_ids.filtered("required_points"):
            worth = 0
            if reward.reward_type == "product":
                prices = reward.reward_product_ids.mapped("lst_price")
                worth = min(prices, default=0) * reward.reward_product_qty
            elif reward.reward_type == "discount" and reward.discount_mode in (
                "per_order",
                "per_point",
            ):
                worth = reward.discount
                if reward.discount_mode == "per_point":
                    worth *= reward.required_points
            if worth:
                worths.append(worth / reward.required_points)
        return sum(worths) / len(worths) if worths else 0

    @api.model_create_multi
    def create(self, vals_list):
        programs = super().create(vals_list)
        programs.filtered("point_value")._note_point_value()
        return programs

    def write(self, vals):
        res = super().write(vals)
        if "point_value" in vals:
            self._note_point_value()
        return res

    def _note_point_value(self):
        """Keep from which day on the value holds: the last one of a day counts."""
        values = self.env["loyalty.point.value"].sudo()
        for program in self:
            today = program._get_local_today()
            row = values.search(
                [("program_id", "=", program.id), ("date", "=", today)], limit=1
            )
            if row:
                row.value = program.point_value
            else:
                values.create(
                    {
                        "program_id": program.id,
                        "date": today,
                        "value": program.point_value,
                    }
                )
        values.flush_model()

    def action_use_suggested_value(self):
        """Take the suggested value over."""
        for program in self:
            program.point_value = program.point_value_suggested

    @api.model
    def _sql_point_value(self, entry):
        """The value of a point on the day of an entry; before the first one was set,
        that first one.

        :param entry: SQL alias of loyalty_point_entry
        :return: SQL, numeric
        """
        return SQL(
            """coalesce((SELECT v.value FROM loyalty_point_value v
                          WHERE v.program_id = %(e)s.program_id
                          ORDER BY v.date > %(e)s.date, abs(%(e)s.date - v.date)
                          LIMIT 1), 0)""",
            e=entry,
        )
