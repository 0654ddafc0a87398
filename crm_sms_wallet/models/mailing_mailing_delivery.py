from dataclasses import dataclass
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.local_date import local_zone

# A limit per minute is kept in steps of so many seconds: no burst at each full minute.
STEP_SECONDS = 10


@dataclass(frozen=True)
class CampaignLimits:
    """What the sender must know about the campaigns of a company right now.

    :param barred: ids of those of which nothing may leave
    :param quotas: {id: how many messages may leave now} of those with a limit
    """

    barred: tuple = ()
    quotas: dict = None


class MailingMailing(models.Model):
    """Which campaigns may send right now."""

    _inherit = "mailing.mailing"

    @api.model
    def _sms_limits(self, company):
        """:return: CampaignLimits of a company"""
        # an archived campaign that is paused is still paused
        mailings = (
            self.sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("company_id", "=", company.id),
                    ("mailing_type", "=", "sms"),
                    ("recipient_choice", "!=", False),
                    *self._sms_open_domain(company),
                ]
            )
        )
        now = datetime.now(local_zone(self.env, company))
        may_send = mailings.filtered(lambda m: m._sms_may_send(now))
        limited = may_send.filtered("rate_per_minute")
        return CampaignLimits((mailings - may_send)._ids, limited._sms_quotas())

    @api.model
    def _sms_open_domain(self, companies):
        """:return: domain of campaigns of which something may wait: also of those that
        are done, for what a gateway turns out never to have got waits again, days
        later, and neither leaves at night nor after it was cancelled"""
        days = max(companies.sudo().mapped("sms_unknown_days"), default=0) + 1
        since = fields.Datetime.now() - timedelta(days=days)
        return ["|", ("state", "!=", "done"), ("sent_date", ">=", since)]

    def _sms_may_send(self, now):
        """:param now: where the company is
        :return: whether messages of this campaign may leave now"""
        self.ensure_one()
        if self.paused or self.campaign_cancelled:
            return False
        hour = now.hour + now.minute / 60
        begin, end = self.hours_from, self.hours_until
        if begin < end:
            return begin <= hour < end
        return begin == end or hour >= begin or hour < end

    def _sms_quotas(self):
        """:return: {id: number of messages that may leave in this moment}"""
        if not self:
            return {}
        rows = self.env.execute_query(
            SQL(
                """SELECT delivery.mailing_id, count(*)
                     FROM sms_batch batch
                     JOIN sms_delivery delivery ON delivery.batch_id = batch.id
                    WHERE batch.company_id = ANY(%s) AND batch.started_at
                          > %s::timestamp - make_interval(secs => %s)
                      AND delivery.mailing_id = ANY(%s)
                    GROUP BY delivery.mailing_id""",
                self.company_id.ids,
                fields.Datetime.now(),
                STEP_SECONDS,
                self.ids,
            )
        )
        sent = dict(rows)
        return {
            mailing.id: max(
                0,
                -(-mailing.rate_per_minute * STEP_SECONDS // 60)
                - sent.get(mailing.id, 0),
            )
            for mailing in self
        }
