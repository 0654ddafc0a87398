from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

# What decides who belongs to a segment.
RULE = {
    *("kind", "domain", "include_ids", "exclude_ids", "active"),
    *("sample", "sample_percent", "sample_count"),
}
# Set by the server alone.
STEERING = {
    *("state", "error_message", "held_message"),
    *("member_count", "refreshed_at", "filled_at"),
}


class CrmSegment(models.Model):
    """Customers of one company that belong together: by a rule that is kept up to date,
    or by a list.

    Who belongs to it is stored (``crm.segment.member``), with the times of entering
    and leaving; everything that uses a segment reads what is stored.
    """

    _name = "crm.segment"
    _description = "Customer Segment"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
        help="Whose customers, orders and figures the rule means.",
    )
    description = fields.Text("What It Is For")
    user_id = fields.Many2one(
        "res.users",
        string="Looked After By",
        default=lambda self: self.env.user,
        help="Is told when the rule stops working.",
    )
    kind = fields.Selection(
        [("dynamic", "By rule"), ("fixed", "Fixed list")],
        string="How It Is Filled",
        required=True,
        default="dynamic",
        tracking=True,
        help="By rule: customers enter and leave by themselves. Fixed list: you add "
        "and remove them.",
    )
    domain = fields.Char(
        "Rule",
        default="[]",
        tracking=True,
        help="Dates may be relative: “today -90d” moves along with the days.",
    )
    include_ids = fields.Many2many(
        "crm.segment",
        "crm_segment_include_rel",
        "segment_id",
        "included_id",
        "With Members Of",
        help="They belong to this segment whatever the rule says. Without a rule it "
        "has the members of these segments alone.",
    )
    exclude_ids = fields.Many2many(
        "crm.segment",
        "crm_segment_exclude_rel",
        "segment_id",
        "excluded_id",
        "Without Members Of",
    )
    sample = fields.Selection(
        [("percent", "Percent"), ("count", "Number")],
        "Random Sample",
        help="Only some of the customers who fit, drawn at random. The draw is always "
        "the same: who was drawn stays drawn as long as he fits. A sample by number is "
        "drawn among everybody: with more than 20,000 contacts only at night, and when "
        "you count again.",
    )
    sample_percent = fields.Float(default=10, digits=(6, 2))
    sample_count = fields.Integer("Sample Size", default=100)
    state = fields.Selection(
        [("running", "Being counted"), ("ready", "Up to date"), ("broken", "Stopped")],
        required=True,
        readonly=True,
        default="running",
        copy=False,
        index=True,
    )
    error_message = fields.Text("What Is Wrong", readonly=True, copy=False)
    member_count = fields.Integer("Customers", readonly=True, copy=False)
    refreshed_at = fields.Datetime("Counted On", readonly=True, copy=False)
    filled_at = fields.Datetime(
        "First Filled On",
        readonly=True,
        copy=False,
        help="Who was in from the start did not enter.",
    )
    member_ids = fields.One2many("crm.segment.member", "segment_id", "Membership")

    _sample_percent_check = models.Constraint(
        "CHECK (sample_percent > 0 AND sample_percent <= 100)",
        "A sample is more than 0 and at most 100 percent.",
    )
    _sample_count_check = models.Constraint(
        "CHECK (sample_count > 0)", "A sample has at least one customer."
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_steering(vals)
        segments = super().create(vals_list)
        segments._rule_changed()
        return segments

    def write(self, vals):
        self._check_steering(vals)
        if "company_id" in vals and any(
            segment.company_id.id != vals["company_id"] for segment in self
        ):
            raise UserError(
                self.env._("A segment stays in its company. Make a new one instead.")
            )
        result = super().write(vals)
        if RULE & vals.keys():
            self._rule_changed()
        return result

    @api.model
    def _check_steering(self, vals):
        """:raise UserError: a client sets what only the refresh sets"""
        if STEERING & vals.keys() and not self.env.su:
            raise UserError(self.env._("A segment is counted by the system alone."))

    def _rule_changed(self):
        """Check the rules and count anew."""
        self.env["crm.segment"].flush_model()
        self.env.registry.clear_cache()
        self._check_cycles()
        active = self.filtered("active")
        for segment in active:
            segment._check_rule()
        active._queue_refresh()
        active._fill_at_once()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for segment in self:
            uses = [
                f"{label}: {record.display_name}"
                for label, record in segment._segment_uses()
                if record._name != self._name or record not in self
            ]
            if uses:
                raise UserError(
                    self.env._(
                        "The segment %(name)s is in use and cannot be deleted. Take it "
                        "out there first, or archive it.\n%(uses)s",
                        name=segment.name,
                        uses="\n".join(uses),
                    )
                )

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=segment.name)}
            for segment, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.constrains("company_id", "include_ids", "exclude_ids")
    def _check_same_company(self):
        for segment in self:
            others = (segment.include_ids | segment.exclude_ids).company_id
            if others - segment.company_id:
                raise ValidationError(
                    self.env._("Segments of another company cannot be used here.")
                )

    # -- members -------------------------------------------------------------------

    def _get_customers_domain(self):
        """:return: Domain on res.partner of those who are in one of these segments
        now; to be used as superuser or by users who may read customers"""
        return self.env["res.partner"]._in_segments(
            Domain("segment_id", "in", self.ids)
        )

    def _segment_uses(self):
        """Where a segment is used. Modules add their places.

        :return: list of (label of the kind of place, record)
        """
        self.ensure_one()
        users = (
            self.sudo()
            .with_context(active_test=False)
            .search([("company_id", "=", self.company_id.id), ("id", "!=", self.id)])
        )
        label = self.env._("Segment")
        return [(label, user) for user in users if self in user._get_children()]

    # -- buttons -------------------------------------------------------------------

    def action_refresh(self):
        """Count again in the background."""
        self.check_access("write")
        self._queue_refresh()
        return True

    def action_cancel(self):
        """Do not count again now; the members stay as they are."""
        self.check_access("write")
        running = self.sudo().filtered(lambda segment: segment.state == "running")
        self.env["crm.segment.dirty"].sudo()._forget_segments(running.ids)
        running.write({"state": "ready"})
        return True

    def action_view_customers(self):
        """:return: the customers who are in, as a list of customers"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_segments.res_partner_customer_action"
        )
        return {
            **action,
            "display_name": self.name,
            "domain": [("member_number", "!=", False), ("segment_ids", "in", self.ids)],
        }

    def action_view_history(self):
        """:return: who entered and left, and when"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_segments.crm_segment_member_action"
        )
        return {
            **action,
            "domain": [("segment_id", "=", self.id)],
            "context": {"one_segment": True},
        }

    def action_view_growth(self):
        """:return: members per day"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_segments.crm_segment_growth_action"
        )
        return {**action, "domain": [("segment_id", "=", self.id)]}
