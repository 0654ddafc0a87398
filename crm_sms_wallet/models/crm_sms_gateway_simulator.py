from datetime import timedelta

from odoo import api, fields, models

# Reports are made for messages that were sent at most so long ago.
HOURS = 24


class CrmSmsGateway(models.Model):
    """The simulator: how badly it behaves, and the reports it would send."""

    _inherit = "crm.sms.gateway"

    sim_seed = fields.Integer("Seed", help="The same seed gives the same faults.")
    sim_delay = fields.Float(
        "Seconds per Message at Most", help="How long an answer takes."
    )
    sim_refused_percent = fields.Float("Refused (%)")
    sim_unknown_percent = fields.Float("Without an Answer (%)")
    sim_failed_percent = fields.Float("Not Delivered (%)")
    sim_late_seconds = fields.Float("Reports Arrive within Seconds", default=60.0)
    sim_credits = fields.Integer("Credits It Says Are Left", default=10000)
    sim_reported_at = fields.Datetime(readonly=True, copy=False)

    def _options(self):
        return {
            **super()._options(),
            **{
                name.removeprefix("sim_"): self[name]
                for name in self._fields
                if name.startswith("sim_") and name != "sim_reported_at"
            },
        }

    @api.model
    def _cron_simulate_reports(self):
        """Deliver the reports that have come due: late, twice and in disorder."""
        for gateway in self.sudo().search([("provider", "=", "simulator")]):
            gateway._simulate_reports()

    def _simulate_reports(self):
        now = fields.Datetime.now()
        since = self.sim_reported_at or now - timedelta(hours=HOURS)
        # no report is later than three times the longest delay
        begin = since - timedelta(seconds=3 * self.sim_late_seconds)
        sent = self.env["sms.delivery"].search_fetch(
            [("gateway_id", "=", self.id), ("sent_at", ">=", begin)],
            ["uuid", "sent_at"],
        )
        simulator = self._api()
        due = [
            report
            for delivery in sent
            for report in simulator.reports_due(
                delivery.uuid, delivery.sent_at, since, now
            )
        ]
        due.sort(key=lambda report: report.at)
        self.sim_reported_at = now
        self._apply_reports(due)
