from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.crm_segments.tools.client_values import without_defaults

from ..tools.local_day import local_day

# What happened at which moment is noted by the moves between states, never by hand.
NOTED_BY_MOVES = {
    *("arrived_at", "done_at", "check_in_key", "walk_in_key", "tier_id"),
    "is_anonymous",
}
CAME_IN = ("arrived", "done")


class CrmVisit(models.Model):
    """A customer at a branch: planned before, or somebody who walked in."""

    _name = "crm.visit"
    _description = "Visit"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "crm.local.day.mixin",
        "crm.segment.source",
    ]
    _segment_fields = ("visit_ids", "visit_count", "last_visit_date")
    _order = "start desc, id desc"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        index=True,
        ondelete="restrict",
        check_company=True,
        help="Empty only on visits of customers whose data was erased.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    branch_id = fields.Many2one(
        "crm.branch",
        compute="_compute_branch_id",
        store=True,
        precompute=True,
        readonly=False,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('company_id', '=', company_id)]",
        tracking=True,
        help="Where the customer comes, or came, in.",
    )
    kind = fields.Selection(
        [("planned", "Planned"), ("walk_in", "Walk-in")],
        required=True,
        default="planned",
    )
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("arrived", "Arrived"),
            ("done", "Done"),
            ("no_show", "No-show"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="planned",
        copy=False,
        tracking=True,
        group_expand=True,
    )
    start = fields.Datetime(
        required=True, default=fields.Datetime.now, copy=False, tracking=True
    )
    duration = fields.Float(default=1.0, aggregator="avg", help="In hours.")
    stop = fields.Datetime(
        "End", compute="_compute_stop", inverse="_inverse_stop", store=True
    )
    day = fields.Date(
        compute="_compute_day",
        store=True,
        precompute=True,
        help="The day on which the customer came in, or else is expected, where the "
        "company's customers are.",
    )
    arrived_at = fields.Datetime("Arrived", readonly=True, copy=False)
    done_at = fields.Datetime("Done", readonly=True, copy=False)
    staff_id = fields.Many2one(
        "crm.branch.staff",
        "Served By",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('company_id', '=', company_id)]",
        tracking=True,
    )
    user_id = fields.Many2one(
        related="staff_id.user_id", string="User", store=True, index="btree_not_null"
    )
    product_id = fields.Many2one(
        "product.product",
        "Service",
        check_company=True,
        ondelete="restrict",
        domain="[('type', '=', 'service'), ('sale_ok', '=', True)]",
    )
    note = fields.Text(help="For everybody who serves the customer.")
    photo_ids = fields.Many2many(
        "ir.attachment",
        "crm_visit_photo_rel",
        "visit_id",
        "attachment_id",
        "Photos",
        copy=False,
    )
    card_program_id = fields.Many2one(
        "loyalty.program",
        "Prepaid Card",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('program_type', '=', 'ewallet')]",
        help="The prepaid card with which the customer came in: of several with value "
        "left the one that ends first. It is noted at check-in.",
    )
    tier_id = fields.Many2one(
        "loyalty.tier",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The tier of the customer at check-in.",
    )
    is_anonymous = fields.Boolean(readonly=True, copy=False)
    check_in_key = fields.Char(
        readonly=True, copy=False, help="Of the request that checked in."
    )
    walk_in_key = fields.Char(
        readonly=True, copy=False, help="Customer, branch and day: one visit each."
    )
    is_overdue = fields.Boolean(compute="_compute_is_overdue")
    branch_needed = fields.Boolean(compute="_compute_branch_needed")

    _partner_known = models.Constraint(
        "CHECK(partner_id IS NOT NULL OR is_anonymous IS TRUE)",
        "A visit needs a customer.",
    )
    _duration_positive = models.Constraint(
        "CHECK(duration >= 0)", "A visit cannot end before it begins."
    )
    _check_in_key_uniq = models.UniqueIndex(
        "(check_in_key) WHERE check_in_key IS NOT NULL",
        "This visit was checked in already.",
    )
    _walk_in_key_uniq = models.UniqueIndex(
        "(walk_in_key) WHERE walk_in_key IS NOT NULL",
        "This customer was checked in here already today.",
    )
    # Counts per customer (visits, last visit, tiers) are read from the index alone.
    _came_in_idx = models.Index(
        "(partner_id, company_id, day) WHERE state IN ('arrived', 'done')"
    )
    _company_day_idx = models.Index("(company_id, day)")
    _planned_idx = models.Index("(company_id, start) WHERE state = 'planned'")

    @api.depends("company_id")
    def _compute_branch_id(self):
        for company, visits in self.grouped("company_id").items():
            default = self.env["crm.branch"]._default_of(company)
            for visit in visits:
                if visit.branch_id.company_id != company:
                    visit.branch_id = default

    @api.depends("start", "duration")
    def _compute_stop(self):
        for visit in self:
            hours = timedelta(hours=visit.duration or 0)
            visit.stop = visit.start and visit.start + hours

    def _inverse_stop(self):
        for visit in self:
            if visit.start and visit.stop:
                length = visit.stop - visit.start
                visit.duration = length.total_seconds() / 3600

    @api.depends("start", "arrived_at", "company_id")
    def _compute_day(self):
        for visit in self:
            moment = visit.arrived_at or visit.start
            visit.day = moment and local_day(visit.company_id, moment)

    @api.depends("partner_id", "product_id", "is_anonymous")
    def _compute_display_name(self):
        for visit in self:
            who = visit.partner_id.name
            if visit.is_anonymous:
                who = self.env._("Erased customer")
            parts = [who, visit.product_id.display_name]
            visit.display_name = " · ".join(filter(None, parts)) or self.env._("Visit")

    @api.depends("state", "stop")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for visit in self:
            late = visit.stop and visit.stop < now
            visit.is_overdue = visit.state == "planned" and late

    @api.depends("company_id")
    def _compute_branch_needed(self):
        """A shop without branches need not name one."""
        for company, visits in self.grouped("company_id").items():
            domain = [("company_id", "=", company.id)]
            visits.branch_needed = self.env["crm.branch"].search_count(domain, limit=1)

    @api.onchange("kind")
    def _onchange_kind(self):
        """Who walks in is here; a form that says so checks in by being saved."""
        if not self._origin:
            self.state = "arrived" if self.kind == "walk_in" else "planned"

    @api.model_create_multi
    def create(self, vals_list):
        """Times of visits entered later are those of the plan.

        :raises UserError: somebody who comes in later than now
        """
        visits = without_defaults(self, NOTED_BY_MOVES)
        prepared = [visits._prepare_create(dict(vals)) for vals in vals_list]
        made = super(CrmVisit, visits).create(prepared).with_env(self.env)
        made._make_customers_members()
        made.filtered(lambda visit: visit.state in CAME_IN)._note_card_types()
        made._adopt_photos()
        return made

    def write(self, vals):
        self._check_noted_by_moves(vals)
        result = super().write(vals)
        if {"branch_id", "partner_id", "company_id"} & vals.keys():
            # It was another customer, or elsewhere: the key would stop a check-in.
            super(CrmVisit, self.sudo()).write({"walk_in_key": False})
        if "photo_ids" in vals:
            self._adopt_photos()
        return result

    @api.model
    def _check_noted_by_moves(self, vals):
        if not self.env.su and NOTED_BY_MOVES & vals.keys():
            raise AccessError(
                self.env._("Times of arrival are noted by the check-in alone.")
            )

    @api.model
    def _prepare_create(self, vals):
        """:return: the values of a new visit, with the times its state implies"""
        self._check_noted_by_moves(vals)
        if vals.get("kind") == "walk_in":
            vals.setdefault("state", "arrived")
        if vals.get("state") not in CAME_IN:
            return vals
        now = fields.Datetime.now()
        start = vals["start"] = fields.Datetime.to_datetime(vals.get("start")) or now
        if start > now + timedelta(minutes=1):
            raise UserError(self.env._("Nobody can have come in later than now."))
        vals.setdefault("arrived_at", start)
        if vals["state"] == "done":
            hours = timedelta(hours=vals.get("duration", 1.0))
            vals.setdefault("done_at", min(now, start + hours))
        return vals

    def _make_customers_members(self):
        """Whoever comes in is a customer, and has a member number."""
        self.env["res.partner"]._ensure_member_number_of(self)

    def _adopt_photos(self):
        """Who may read a visit may see its photos: they become attachments of it.

        Files that belong to another record stay where they are.
        """
        for record in self:
            loose = record.photo_ids.filtered(lambda photo: not photo.res_id)
            loose.write({"res_model": self._name, "res_id": record.id})
