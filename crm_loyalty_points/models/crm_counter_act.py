import hashlib
import json
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError

from ..tools.local_day import local_today
from ..tools.points_text import points_text

UNDO_MINUTES = 5
LISTED = 100


class CrmCounterAct(models.Model):
    """What somebody did on the counter page: once per key that the page made.

    The key is made before anything is sent. A phone that does not know whether its
    request arrived sends it again and gets what the first one did. The rows are also
    the list of the day, with what can still be undone.
    """

    _name = "crm.counter.act"
    _description = "Done at the Counter"
    _inherit = ["crm.local.day.mixin"]
    _order = "id desc"
    _check_company_auto = True

    key = fields.Char("Idempotency Key", required=True, readonly=True)
    body_hash = fields.Char(required=True, readonly=True)
    kind = fields.Selection(
        [
            ("bill", "Points for a bill"),
            ("products", "Points for products"),
            ("redeem", "Reward redeemed"),
            ("use", "Code used"),
            ("visit", "Checked in"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("done", "Done"), ("undone", "Undone")],
        required=True,
        readonly=True,
        default="done",
    )
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, ondelete="restrict"
    )
    staff_id = fields.Many2one(
        "crm.branch.staff", required=True, readonly=True, ondelete="restrict"
    )
    branch_id = fields.Many2one(
        "crm.branch", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date(required=True, readonly=True)
    done_at = fields.Datetime(required=True, readonly=True)
    undone_at = fields.Datetime(readonly=True)
    card_id = fields.Many2one(
        "loyalty.card", "Member Card", readonly=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="card_id.partner_id", string="Member")
    bill_number = fields.Char(readonly=True)
    amount = fields.Monetary("Bill Amount", readonly=True)
    points = fields.Float(
        digits=(16, 2), readonly=True, help="Given, or spent when negative."
    )
    entry_id = fields.Many2one(
        "loyalty.point.entry", "Points Entry", compute="_compute_points_of"
    )
    pending_id = fields.Many2one(
        "loyalty.point.pending", "Pending Points", compute="_compute_points_of"
    )
    redemption_id = fields.Many2one(
        "loyalty.redemption", "Redeemed Reward", readonly=True, ondelete="restrict"
    )
    coupon_id = fields.Many2one("loyalty.card", readonly=True, ondelete="set null")
    visit_id = fields.Many2one("crm.visit", readonly=True, ondelete="set null")

    _key_uniq = models.UniqueIndex("(user_id, key)")
    _bill_uniq = models.UniqueIndex(
        "(branch_id, bill_number) WHERE bill_number IS NOT NULL AND state = 'done'",
        "This bill has given its points already.",
    )
    _list_idx = models.Index("(user_id, branch_id, day)")
    _member_idx = models.Index("(card_id, day)")

    @api.depends("key", "user_id")
    def _compute_points_of(self):
        """By the key that they share: giving points needs no second write for it."""
        keys = [act._get_key() for act in self]
        found = {
            name: self.env[name].sudo().search([("key", "in", keys)]).grouped("key")
            for name in ("loyalty.point.entry", "loyalty.point.pending")
        }
        for act in self:
            key = act._get_key()
            act.entry_id = found["loyalty.point.entry"].get(key)
            act.pending_id = found["loyalty.point.pending"].get(key)

    @api.depends("kind", "bill_number", "day")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for act in self:
            act.display_name = " · ".join(
                filter(None, (kinds.get(act.kind), act.bill_number))
            )

    # -- once ----------------------------------------------------------------------

    @api.model
    def _find_done(self, key, body):
        """What a key did before.

        :param str key: as the page made it
        :param dict body: what is asked now
        :return: the act (superuser) of this user, empty when the key is new
        :raise UserError: the key was used for something else
        """
        domain = [("user_id", "=", self.env.uid), ("key", "=", key)]
        return self.sudo().search(domain)._filter_done(key, body)

    def _filter_done(self, key, body):
        """:return: see `_find_done`, among these acts"""
        act = self.filtered(
            lambda act: act.key == key and act.user_id.id == self.env.uid
        )
        if act and act.body_hash != self._hash(body):
            raise UserError(self.env._("This request was made for something else."))
        return act

    @api.model
    def _hash(self, body):
        text = json.dumps(body, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    @api.model
    def _open(self, desk, key, body, **values):
        """Note that something is being done, before it is done: of two requests with
        one key, or for one bill, the second one waits here.

        :param desk: ``tools.counter_desk.Desk``
        :return: the new act (superuser)
        :raise ConcurrencyError: the other one came first; Odoo repeats the request,
            which then finds it
        """
        try:
            act = self.sudo().create(
                {
                    "key": key,
                    "body_hash": self._hash(body),
                    "user_id": self.env.uid,
                    "staff_id": desk.staff.id,
                    "branch_id": desk.branch.id,
                    "company_id": desk.company.id,
                    "day": local_today(self.env, desk.company),
                    "done_at": fields.Datetime.now(),
                    **values,
                }
            )
            act.flush_recordset()
        except UniqueViolation as error:
            raise ConcurrencyError("The same is being done at this moment") from error
        return act

    # -- what the page shows -------------------------------------------------------

    def _get_view(self, **more):
        """:param more: further values
        :return: dict for the page: `key`, `kind`, `state`, `title`, `member`,
            `points`, `amount`, `time` (texts), `undo_seconds` (0: not to be undone)
        """
        self.ensure_one()
        company = self.company_id
        moment = company._get_local_moment(self.done_at)
        return {
            "key": self.key,
            "kind": self.kind,
            "state": self.state,
            "title": self._get_title(),
            "member": self.card_id._get_counter_name() if self.card_id else "",
            "points": points_text(self.points, sign=True) if self.points else "",
            "amount": f"{self.amount:,.2f}" if self.amount else "",
            "time": moment.strftime("%H:%M"),
            "undo_seconds": self._get_undo_seconds(),
            **more,
        }

    def _get_title(self):
        if self.redemption_id:
            return self.redemption_id.reward_id._get_condition_name()
        if self.coupon_id:
            return self.coupon_id.program_id.name
        return self.bill_number or ""

    def _get_undo_seconds(self):
        """:return: for how long whoever did it can still take it back"""
        if self.state != "done" or self.user_id != self.env.user:
            return 0
        if self.kind == "visit" and not self._is_own_visit():
            return 0
        end = self.done_at + timedelta(minutes=UNDO_MINUTES)
        return max(int((end - fields.Datetime.now()).total_seconds()), 0)

    def _is_own_visit(self):
        """:return: whether it was this act that checked the member in"""
        return bool(self.visit_id) and self.visit_id.check_in_key == self._get_key()

    def _get_key(self):
        """:return: idempotency key of this act in the ledger and elsewhere"""
        return f"counter:{self.user_id.id}:{self.key}"

    @api.model
    def _get_today(self, desk):
        """:param desk: ``tools.counter_desk.Desk``
        :return: dict of `acts` (views of what the user did there today, the last
            first) and `totals`: texts of points `given` and `redeemed`, counts of
            `bills`, codes `used` and `visits`, without what was undone
        """
        domain = [
            ("user_id", "=", self.env.uid),
            ("branch_id", "=", desk.branch.id),
            ("day", "=", local_today(self.env, desk.company)),
        ]
        acts = self.sudo().search(domain, limit=LISTED)
        groups = self.sudo()._read_group(
            [*domain, ("state", "=", "done")], ["kind"], ["points:sum", "__count"]
        )
        points = {kind: total for kind, total, _count in groups}
        counts = {kind: count for kind, _total, count in groups}
        return {
            "acts": [act._get_view() for act in acts],
            "totals": {
                "given": points_text(points.get("bill", 0) + points.get("products", 0)),
                "redeemed": points_text(-points.get("redeem", 0)),
                "bills": counts.get("bill", 0) + counts.get("products", 0),
                "used": counts.get("use", 0),
                "visits": counts.get("visit", 0),
            },
        }
