from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from odoo.addons.crm_segments.tools.local_date import local_today, midnight_utc

from ..tools import uplift

VIEWER = "crm_segments.crm_segments_group_viewer"
# Goods come back, and reports arrive, after the days that count.
LATE_DAYS = 35


class MailingMailing(models.Model):
    """What a campaign brought, and what it could show before it is sent."""

    _inherit = "mailing.mailing"

    result_days = fields.Integer(
        "Days That Count",
        default=14,
        copy=True,
        help="Orders count from the first message until so many days after the last "
        "one, of those with a message and of those held out.",
    )
    result_ids = fields.One2many(
        "crm.campaign.result", "mailing_id", groups=VIEWER, readonly=True
    )
    result_buyers = fields.Integer(
        compute="_compute_result", groups=VIEWER, compute_sudo=False
    )
    has_result = fields.Boolean(
        compute="_compute_result", groups=VIEWER, compute_sudo=False
    )
    result_text = fields.Text(
        "What It Brought", compute="_compute_result", groups=VIEWER, compute_sudo=False
    )
    _result_days_check = models.Constraint(
        "CHECK (result_days BETWEEN 1 AND 365)",
        "Between one day and one year can count.",
    )

    @api.depends("result_ids.measured_at")
    @api.depends_context("lang")
    def _compute_result(self):
        for mailing in self:
            result = mailing.result_ids[:1]
            mailing.has_result = bool(result)
            mailing.result_buyers = result.buyers
            mailing.result_text = " ".join(
                filter(None, (result.verdict_text, result.money_text))
            )

    def _smallest_effect(self):
        """:return: what the comparison with the hold-out could show, in words"""
        self.ensure_one()
        if self.prepare_state != "ready" or self.state == "done":
            return False
        return self.sudo()._get_forecast_words()

    def _get_forecast_words(self):
        """:return: what a comparison with the hold-out could show, in words"""
        forecast = self._forecast()
        if not forecast["holdout"]:
            return self.env._(
                "Nobody is held out: what these customers would buy anyway will not be "
                "known."
            )
        words = [
            self.env._(
                "%(treated)s customers get a message, %(holdout)s do not. In %(days)s "
                "days about %(base)s in 100 of them buy anyway.",
                treated=forecast["treated"],
                holdout=forecast["holdout"],
                days=self.result_days,
                base=formatLang(self.env, 100 * forecast["base"], digits=1),
            )
        ]
        if not forecast["share"]:
            words.append(self.env._("With so few customers no effect can be shown."))
            return " ".join(words)
        words.append(
            self.env._(
                "An effect shows for sure (four times in five) from %(share)s more "
                "buyers in 100 on.",
                share=formatLang(self.env, 100 * forecast["share"], digits=1),
            )
        )
        if forecast["money"]:
            words.append(
                self.env._(
                    "In money: from about %(money)s more per customer on.",
                    money=formatLang(
                        self.env,
                        forecast["money"],
                        currency_obj=self.company_id.currency_id,
                    ),
                )
            )
        return " ".join(words)

    def _forecast(self):
        """What could be shown, by what these customers did in as many days until
        yesterday.

        :return: dict: treated, holdout (people), base (share of buyers), share and
            money (the smallest effects shown, None: none)
        """
        self.ensure_one()
        results = self.env["crm.campaign.result"]
        today = local_today(self.env, self.company_id)
        rows = results._read_people(
            self,
            midnight_utc(self.company_id, today - timedelta(days=self.result_days)),
            midnight_utc(self.company_id, today),
        )
        groups = {
            arm: uplift.join(
                uplift.Group(
                    row["people"], row["buyers"], row["revenue"], row["revenue_squares"]
                )
                for (name, _variant), row in rows.items()
                if name == arm
            )
            for arm in ("treated", "holdout")
        }
        everybody = uplift.join(groups.values())
        treated, holdout = groups["treated"].people, groups["holdout"].people
        base = everybody.buyers / everybody.people if everybody.people else 0
        deviation = uplift.deviation(everybody)
        return {
            "treated": treated,
            "holdout": holdout,
            "base": base,
            "share": uplift.smallest_share(treated, holdout, base),
            "money": uplift.smallest_money(treated, holdout, deviation),
        }

    def action_measure(self):
        """Count now what the campaign brought."""
        if not self.env.user.has_group(VIEWER):
            raise AccessError(self.env._("You may not see the results of campaigns."))
        self.check_access("read")
        for mailing in self._is_campaign():
            self.env["crm.campaign.result"]._measure(mailing)
        self.invalidate_recordset()
        return True

    def action_open_result(self):
        """:return: action that opens the result, counted now if it never was"""
        self.ensure_one()
        if not self.result_ids:
            self.action_measure()
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Result"),
            "res_model": "crm.campaign.result",
        }
        if self.result_ids:
            return {
                **action,
                "res_id": self.result_ids.id,
                "views": [(False, "form")],
            }
        return {
            **action,
            "views": [(False, "list")],
            "domain": [("mailing_id", "=", self.id)],
        }

    @api.model
    def _cron_measure(self):
        """Count again what may still change, the longest not counted first."""
        cron = self.env["ir.cron"]
        mailings = self.browse(self._find_to_measure())
        left = cron._commit_progress(remaining=len(mailings))
        retrying = self.env["crm.customer.metric"]._retrying
        results = self.env["crm.campaign.result"]
        for mailing in mailings:
            if not left:
                break
            if mailing.exists():
                retrying(lambda mailing=mailing: results._measure(mailing))
            left = cron._commit_progress(1)

    @api.model
    def _find_to_measure(self):
        """:return: ids of the campaigns whose result may have changed"""
        late = fields.Datetime.now() - timedelta(days=LATE_DAYS)
        sent = self.sudo().search(
            Domain("recipient_choice", "!=", False)
            & (
                Domain("state", "in", ["sending", "done"])
                | Domain("campaign_cancelled", "=", True)
            )
            & (
                Domain("result_ids", "=", False)
                | Domain("result_ids.window_until", ">", late)
            )
        )
        rows = self.env.execute_query(
            SQL(
                """SELECT m.id FROM mailing_mailing m
                LEFT JOIN crm_campaign_result r ON r.mailing_id = m.id
                    WHERE m.id = ANY(%s)
                 ORDER BY r.measured_at NULLS FIRST, m.id""",
                sent.ids,
            )
        )
        return [id_ for (id_,) in rows]
