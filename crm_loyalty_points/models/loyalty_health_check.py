from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools import health_sql
from ..tools.said_day import said_day

MANAGER = "crm_segments.crm_segments_group_manager"


class LoyaltyHealthCheck(models.Model):
    """One examination of the member cards, kept with what became of each finding.

    The first one is made by the installation: it tells in which state Odoo's own
    cards and their history were taken over. Nothing is repaired without being asked.
    """

    _name = "loyalty.health.check"
    _description = "Health Check of Member Cards"
    _order = "id desc"

    run_at = fields.Datetime("Examined On", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Examined By", readonly=True)
    origin = fields.Selection(
        [("installation", "Installation"), ("manual", "By hand")],
        required=True,
        readonly=True,
    )
    company_ids = fields.Many2many("res.company", string="Companies", readonly=True)
    card_count = fields.Integer("Cards", readonly=True)
    points_total = fields.Float("Points on Cards", digits=(16, 2), readonly=True)
    history_total = fields.Float(
        "Points by Odoo's History", digits=(16, 2), readonly=True
    )
    finding_ids = fields.One2many("loyalty.health.finding", "check_id", readonly=True)
    finding_count = fields.Integer("Findings", compute="_compute_counts")
    open_count = fields.Integer("Open Findings", compute="_compute_counts")

    @api.depends("run_at", "origin")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for check in self:
            moment = fields.Datetime.context_timestamp(self, check.run_at)
            day = f"{said_day(self.env, moment.date())} {moment:%H:%M}"
            check.display_name = self.env._("Health check of %(date)s", date=day)

    @api.depends("finding_ids.state")
    def _compute_counts(self):
        counts = {}
        for check, state, count in self.env["loyalty.health.finding"]._read_group(
            [("check_id", "in", self.ids)], ["check_id", "state"], ["__count"]
        ):
            counts[check.id, state] = count
        for check in self:
            of_check = {s: n for (id_, s), n in counts.items() if id_ == check.id}
            check.finding_count = sum(of_check.values())
            check.open_count = of_check.get("open", 0)

    def action_examine(self):
        """Examine the cards of the companies one works in.

        :return: action that shows the new report
        :raise AccessError: for anybody but managers
        """
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only managers run the health check."))
        check = self.sudo()._examine("manual", self.env.companies)
        return check.action_open()

    def action_open(self):
        """:return: action that shows this report"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_view_findings(self):
        """:return: the findings of this report, by kind"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.loyalty_health_finding_action"
        )
        action["domain"] = [("check_id", "=", self.id)]
        action["context"] = {"search_default_open": 1, "search_default_kind": 1}
        return action

    @api.model
    def _examine(self, origin, companies=None):
        """Look at every card once; some statements, however many cards there are.

        :param companies: res.company, None for all of the database
        :return: the new report
        """
        self.env.flush_all()
        ids = companies.ids if companies is not None else None
        cards, points, history = health_sql.figures(self.env, ids)
        check = self.create(
            {
                "run_at": fields.Datetime.now(),
                "user_id": self.env.uid,
                "origin": origin,
                "company_ids": [fields.Command.set(ids or [])],
                "card_count": cards,
                "points_total": points,
                "history_total": history,
            }
        )
        check.flush_recordset()
        for kind in health_sql.kinds(origin == "installation"):
            state = "repaired" if kind == "duplicate" else "open"
            health_sql.add_findings(self.env, check.id, kind, ids, state)
        check._add_proof()
        check.invalidate_recordset()
        return check

    def _add_proof(self):
        """Note where the ledger's own proof fails, one finding per card and check."""
        rows = self.env["loyalty.point.award"]._check_ledger()
        cards = self.env["loyalty.card"].browse({row["card_id"] or 0 for row in rows})
        cards = cards.exists()
        seen = set()
        for row in rows:
            place = (row["card_id"], row["check"])
            if place in seen:
                continue
            seen.add(place)
            card = cards.browse(row["card_id"]) if row["card_id"] else cards.browse()
            self.env["loyalty.health.finding"].create(
                {
                    "check_id": self.id,
                    "kind": "ledger",
                    "detail": row["check"],
                    "card_id": card.id,
                    "program_id": card.program_id.id,
                    "company_id": card.company_id.id,
                    "found": row["found"],
                    "expected": row["expected"],
                }
            )
