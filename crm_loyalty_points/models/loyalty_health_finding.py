from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools.points_text import points_text
from .loyalty_health_check import MANAGER


class LoyaltyHealthFinding(models.Model):
    """A fault of one card, in plain words, and what became of it.

    Repairing posts typed entries: what was wrong stays readable in the ledger.
    """

    _name = "loyalty.health.finding"
    _description = "Finding of a Health Check"
    _order = "check_id desc, kind, id"
    _log_access = False

    check_id = fields.Many2one(
        "loyalty.health.check", required=True, readonly=True, index=True
    )
    kind = fields.Selection(
        [
            ("duplicate", "Second card of a customer"),
            ("history", "Balance differs from Odoo's history"),
            ("archived", "Points on an archived card"),
            ("expired", "Points on an expired card"),
            ("negative", "Negative balance"),
            ("family", "Cards of a contact and of its company"),
            ("ledger", "Ledger not proven"),
        ],
        required=True,
        readonly=True,
    )
    detail = fields.Char(readonly=True)
    card_id = fields.Many2one("loyalty.card", readonly=True, index=True)
    partner_id = fields.Many2one(related="card_id.partner_id", string="Customer")
    program_id = fields.Many2one("loyalty.program", string="Programme", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    found = fields.Float(digits=(16, 2), readonly=True, aggregator=None)
    expected = fields.Float(digits=(16, 2), readonly=True, aggregator=None)
    explanation = fields.Text(compute="_compute_explanation")
    repair = fields.Text("Repairing", compute="_compute_explanation")
    state = fields.Selection(
        [("open", "Open"), ("repaired", "Repaired"), ("kept", "Left as it is")],
        required=True,
        readonly=True,
        default="open",
    )
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime("Decided On", readonly=True)

    @api.depends("kind", "found", "expected", "detail", "card_id.merged_into_id")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for finding in self:
            finding.explanation, finding.repair = finding._explain()

    def _explain(self):
        """:return: (what is wrong, what repairing does) as sentences"""
        found, expected = points_text(self.found), points_text(self.expected)
        texts = {
            "duplicate": (
                self.env._(
                    "The customer had this card besides card %(code)s of the same "
                    "programme, and Odoo used either. Its points were added to that "
                    "card and it was archived.",
                    code=self.card_id.merged_into_id.code or "",
                ),
                "",
            ),
            "history": (
                self.env._(
                    "The card held %(found)s points, but Odoo's history adds up to "
                    "%(expected)s: it was changed without a trace, or its history "
                    "was. The ledger started with the balance.",
                    found=found,
                    expected=expected,
                ),
                self.env._(
                    "Posts an adjustment by the difference, so that the history counts."
                ),
            ),
            "archived": (
                self.env._(
                    "An archived card holds %(found)s points that the customer cannot "
                    "use, often after customers were merged.",
                    found=found,
                ),
                self.env._(
                    "Transfers the points to the customer's card of this programme, "
                    "or brings the card back when there is no other."
                ),
            ),
            "expired": (
                self.env._(
                    "The card ended on %(date)s but shows %(found)s points, and goes "
                    "on earning.",
                    date=self.card_id.expiration_date or "",
                    found=found,
                ),
                self.env._(
                    "Lets the points lapse and opens the card for new ones. To honour "
                    "them, leave them as they are: then the date is removed."
                ),
            ),
            "negative": (
                self.env._(
                    "The balance is %(found)s: more was spent or taken back than "
                    "there was. The next points pay for it first.",
                    found=found,
                ),
                self.env._("Writes the debt off by an adjustment."),
            ),
            "family": (
                self.env._(
                    "A contact holds a card with %(found)s points, and so does the "
                    "customer it belongs to, in one programme.",
                    found=found,
                ),
                self.env._(
                    "Transfers the points to the customer's card and archives this one."
                ),
            ),
            "ledger": (
                self.env._(
                    "The proof of the ledger finds %(found)s where its entries say "
                    "%(expected)s (%(detail)s). Somebody changed the database.",
                    found=found,
                    expected=expected,
                    detail=self.detail or "",
                ),
                self.env._("Computes balances and awards anew from the entries."),
            ),
        }
        return texts[self.kind]

    def action_repair(self):
        """Repair the open ones among these findings by typed entries.

        :raise AccessError: for anybody but managers
        """
        todo = self._claim("repaired")
        for kind, findings in todo.grouped("kind").items():
            getattr(findings, f"_repair_{kind}")()
        return self._done(len(todo))

    def action_keep(self):
        """Leave the open ones among these findings as they are.

        :raise AccessError: for anybody but managers
        """
        todo = self._claim("kept")
        expired = todo.filtered(lambda finding: finding.kind == "expired")
        expired.card_id.write({"expiration_date": False})
        return self._done(len(todo))

    def _claim(self, state):
        """:return: the open findings, decided now; a second click finds none"""
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only managers decide about findings."))
        self.check_access("read")
        todo = self.sudo().filtered(lambda finding: finding.state == "open")
        todo.write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
        return todo

    def _done(self, count):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if count else "info",
                "message": self.env._("%(count)s findings decided.", count=count),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -- one repair per kind -------------------------------------------------------

    def _repair_history(self):
        self._adjust({f: f.expected - f.found for f in self})

    def _repair_negative(self):
        # What the next points have paid meanwhile needs no writing off.
        self._adjust({f: max(-f.card_id.points, 0) for f in self})

    def _repair_archived(self):
        Card = self.env["loyalty.card"]
        homes = {
            (card.partner_id.id, card.program_id.id): card
            for card in Card.search(
                [
                    ("partner_id", "in", self.card_id.partner_id.ids),
                    ("program_id", "in", self.card_id.program_id.ids),
                    ("is_member_card", "=", True),
                ]
            )
        }
        for card in self.card_id:
            home = homes.get((card.partner_id.id, card.program_id.id))
            if home:
                card._merge_into(home)
            else:
                card.action_unarchive()
                homes[card.partner_id.id, card.program_id.id] = card

    def _repair_expired(self):
        self.env["loyalty.point.entry"]._post(
            [
                {
                    "card_id": finding.card_id.id,
                    "kind": "lapse",
                    "points": None,
                    "key": f"health:{finding.id}",
                    "reason": "expired_card",
                }
                for finding in self
            ],
            bulk=True,
        )
        self.card_id.write({"expiration_date": False})

    def _repair_family(self):
        cards = self.env["loyalty.card"].search(
            [
                ("partner_id", "in", self.partner_id.commercial_partner_id.ids),
                ("program_id", "in", self.program_id.ids),
                ("is_member_card", "=", True),
            ]
        )
        homes = {(card.partner_id.id, card.program_id.id): card for card in cards}
        for card in self.card_id.filtered("active"):
            customer = card.partner_id.commercial_partner_id
            home = homes.get((customer.id, card.program_id.id))
            if home and home != card:
                card._merge_into(home)

    def _repair_ledger(self):
        for model in ("loyalty.point.entry", "loyalty.point.draw"):
            self.env[model].init()
        self.env["loyalty.point.award"]._rebuild()

    def _adjust(self, amounts):
        """Post adjustments.

        :param amounts: {finding: signed points}
        """
        self.env["loyalty.point.entry"]._post(
            [
                {
                    "card_id": finding.card_id.id,
                    "kind": "adjust",
                    "points": round(points, 2),
                    "key": f"health:{finding.id}",
                    "reason": f"health_{finding.kind}",
                    "policy": {
                        "found": points_text(finding.found),
                        "expected": points_text(finding.expected),
                    },
                    "may_owe": True,
                }
                for finding, points in amounts.items()
                if round(points, 2)
            ],
            bulk=True,
        )
