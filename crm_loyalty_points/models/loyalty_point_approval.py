from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

ACTIVITY = "crm_loyalty_points.mail_activity_type_points_approval"


class LoyaltyPointApproval(models.Model):
    """A movement of points above the limit, waiting for a second person.

    Nobody has the right to create or write one: the gate of the cards asks
    (`loyalty.card._move_by_hand`), the buttons decide, once, and never the one who
    asked. Approving posts under the request's own key, so it posts once.
    """

    _name = "loyalty.point.approval"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Points Waiting for Approval"
    _order = "id desc"

    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
            ("expired", "Expired"),
        ],
        default="pending",
        required=True,
        readonly=True,
        index=True,
    )
    key = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, index="btree_not_null")
    program_id = fields.Many2one(
        "loyalty.program",
        string="Programme",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    kind = fields.Selection(
        [("adjust", "Adjustment"), ("bonus", "Bonus"), ("transfer", "Transfer")],
        required=True,
        readonly=True,
    )
    points = fields.Float(
        "Points per Card", digits=(16, 2), required=True, readonly=True
    )
    card_ids = fields.Many2many(
        "loyalty.card",
        "loyalty_point_approval_card_rel",
        "approval_id",
        "card_id",
        string="Cards",
        readonly=True,
        context={"active_test": False},
    )
    card_count = fields.Integer("Number of Cards", required=True, readonly=True)
    total = fields.Float("Points in All", digits=(16, 2), required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", compute="_compute_partner_id"
    )
    to_card_id = fields.Many2one("loyalty.card", readonly=True, index="btree_not_null")
    to_partner_id = fields.Many2one(related="to_card_id.partner_id", string="To")
    reason = fields.Char("Reason Code", required=True, readonly=True)
    reason_id = fields.Many2one(
        "loyalty.point.reason", readonly=True, ondelete="set null"
    )
    note = fields.Text(readonly=True)
    branch_id = fields.Many2one("crm.branch", readonly=True)
    expiry = fields.Date(
        readonly=True,
        help="Last day of the points; empty: as the programme says on the day of the "
        "approval.",
    )
    user_id = fields.Many2one("res.users", "Asked by", required=True, readonly=True)
    asked_on = fields.Datetime(required=True, readonly=True)
    valid_until = fields.Datetime("Decide until", readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_on = fields.Datetime(readonly=True)
    refusal = fields.Text("Why Refused", readonly=True)
    may_decide = fields.Boolean(compute="_compute_may_decide")

    _key_uniq = models.UniqueIndex("(key)")

    @api.depends("kind", "total")
    def _compute_display_name(self):
        for request in self:
            request.display_name = self.env._(
                "Request %(number)s: %(points)s points",
                number=request.id,
                points=f"{request.total:+,g}",
            )

    @api.depends("card_ids.partner_id", "card_count")
    def _compute_partner_id(self):
        for request in self:
            only = request.card_count == 1
            request.partner_id = only and request.card_ids.partner_id

    @api.depends("state", "user_id")
    @api.depends_context("uid")
    def _compute_may_decide(self):
        manager = self.env.user.has_group("crm_segments.crm_segments_group_manager")
        for request in self:
            request.may_decide = (
                manager
                and request.state == "pending"
                and request.user_id != self.env.user
            )

    # -- asking --------------------------------------------------------------------

    @api.model
    def _ask(self, cards, values, note=None):
        """Make a request of what `_move_by_hand` may not post, and tell the managers.

        :param values: see `loyalty.card._move_by_hand`, with the full key
        :return: the request
        """
        self._check_possible(cards, values)
        program = cards.program_id
        company = program.company_id or self.env.company
        days = company.sudo().points_approval_days
        now = fields.Datetime.now()
        points = float(values["points"])
        quiet = self.sudo().with_context(mail_create_nolog=True)
        request = quiet.create(
            {
                **{
                    name: values.get(name) or False
                    for name in ("key", "kind", "to_card_id", "branch_id", "expiry")
                },
                "reason": values["reason"],
                "reason_id": self._reason_of(values["reason"], company).id,
                "points": points,
                "total": points * len(cards),
                "card_ids": cards.ids,
                "card_count": len(cards),
                "program_id": program.id,
                "company_id": program.company_id.id,
                "user_id": self.env.uid,
                "asked_on": now,
                "valid_until": days and now + timedelta(days=days),
                "note": note,
            }
        )
        request._tell_managers()
        return request.sudo(self.env.su)

    def _check_possible(self, cards, values):
        """:raise UserError: what is to be taken is not there, so nobody can approve"""
        wanted = -float(values["points"])
        if wanted > 0 and any(c.points < wanted for c in cards.sudo()):
            raise UserError(self.env._("There are not enough points to take."))

    @api.model
    def _reason_of(self, code, company):
        domain = [("code", "=", code), ("company_id", "in", (False, company.id))]
        reasons = self.env["loyalty.point.reason"].sudo()
        return reasons.with_context(active_test=False).search(
            domain, order="company_id", limit=1
        )

    def _tell_managers(self):
        """Give each manager who may decide an activity about the request."""
        managers = self.env.ref("crm_segments.crm_segments_group_manager").sudo()
        for request in self:
            deciders = managers.all_user_ids.filtered(
                lambda user, request=request: (
                    user.active
                    and user != request.user_id
                    and (
                        not request.company_id or request.company_id in user.company_ids
                    )
                )
            )
            # Which automations run is not for the caller's context to say.
            quiet = request.with_context(
                mail_activity_quick_update=True, mail_activity_automation_skip=False
            )
            for user in deciders:
                quiet.activity_schedule(ACTIVITY, user_id=user.id)

    # -- deciding ------------------------------------------------------------------

    def action_approve(self):
        """Post what was asked for, as a second person.

        :raises AccessError: no manager, or the one who asked
        :raises UserError: decided already, expired, a card closed meanwhile
        """
        for request in self._check_decider():
            request._post_approved()
            request._decided("approved")
        return True

    def action_refuse(self):
        """:return: the form that asks why"""
        self._check_decider()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refuse"),
            "res_model": "loyalty.point.refusal",
            "view_mode": "form",
            "target": "new",
            "context": {"default_approval_ids": self.ids},
        }

    def _refuse(self, reason):
        """Decide against, as a second person; the one who asked reads why."""
        self._check_decider()._decided("refused", refusal=reason)

    def action_withdraw(self):
        """Take a request of one's own back."""
        self.check_access("read")
        if self.sudo().user_id != self.env.user:
            raise AccessError(self.env._("Only who asked can withdraw a request."))
        self._check_pending()._decided("withdrawn")
        return True

    def _check_decider(self):
        """:return: the requests, with the rights to decide on them
        :raises AccessError, UserError: see `action_approve`"""
        self.check_access("read")
        if not self.env.user.has_group("crm_segments.crm_segments_group_manager"):
            raise AccessError(self.env._("Only managers decide about points."))
        if self.env.user in self.sudo().user_id:
            raise AccessError(
                self.env._("You asked for this yourself: a second person decides.")
            )
        return self._check_pending()

    def _check_pending(self):
        now = fields.Datetime.now()
        for request in self.sudo():
            if request.state != "pending":
                raise UserError(
                    self.env._(
                        "%(name)s was decided already.", name=request.display_name
                    )
                )
            if request.valid_until and request.valid_until < now:
                raise UserError(
                    self.env._(
                        "%(name)s has expired. Ask for it again.",
                        name=request.display_name,
                    )
                )
        return self.sudo()

    def _post_approved(self):
        """:return: the entries of the request, posted by the user who approves"""
        self.ensure_one()
        cards = self.card_ids
        self._check_open(cards | self.to_card_id)
        values = {
            "kind": self.kind,
            "points": round(self.points, 2),
            "reason": self.reason,
            "branch_id": self.branch_id.id,
            "source_model": self._name,
            "source_id": self.id,
            "source_name": self.display_name,
            "key": f"approval:{self.id}",
        }
        if self.expiry:
            values["expiry"] = self.expiry
        if self.to_card_id:
            # The ledger follows merged cards by itself, but for transfers.
            cards = cards.merged_into_id or cards
            values["to_card_id"] = (
                self.to_card_id.merged_into_id or self.to_card_id
            ).id
            if cards.id == values["to_card_id"]:
                raise UserError(
                    self.env._("The two members were merged: nothing to transfer.")
                )
        return cards._post_by_hand(values, self.note)

    def _check_open(self, cards):
        """:raise UserError: one of the cards, or the one that took over, is closed"""
        for card in cards:
            if not (card.merged_into_id or card).active:
                raise UserError(
                    self.env._(
                        "The card %(card)s is closed: refuse the request.",
                        card=card.display_name,
                    )
                )

    def _decided(self, state, **values):
        """Leave the waiting state, for good, and tell who asked."""
        self.write(
            {
                "state": state,
                "decided_by_id": state != "expired" and self.env.uid,
                "decided_on": fields.Datetime.now(),
                **values,
            }
        )
        self.activity_unlink([ACTIVITY])
        states = dict(self._fields["state"]._description_selection(self.env))
        for request in self.filtered(lambda r: r.user_id != self.env.user):
            request.user_id._bus_send(
                "simple_notification",
                {
                    "type": "success" if state == "approved" else "warning",
                    "title": states[state],
                    "message": request.display_name,
                },
            )

    @api.model
    def _cron_expire(self):
        """Close the requests that nobody decided in time."""
        late = Domain("state", "=", "pending") & Domain(
            "valid_until", "<", fields.Datetime.now()
        )
        self.sudo().search(late)._decided("expired")

    def _forget(self, cards):
        """Delete the free text of requests about cards of an erased customer, and
        close what can no longer be posted."""
        requests = self.sudo().search(
            Domain("card_ids", "in", cards.ids) | Domain("to_card_id", "in", cards.ids)
        )
        requests.note = False
        requests.refusal = False
        alone = requests.filtered(
            lambda r: r.state == "pending" and (r.card_count == 1 or r.to_card_id)
        )
        alone._decided("expired")
