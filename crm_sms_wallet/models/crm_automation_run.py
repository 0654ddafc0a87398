import logging
import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.local_date import local_zone
from odoo.addons.crm_segments.tools.notify import Notice

from ..tools import quiet_hours, sms_links

_logger = logging.getLogger(__name__)

BATCH = 200
# A birthday greeting two days later is none.
LATE = timedelta(hours=48)
E164 = re.compile(r"\+[1-9]\d{6,14}")
# Thai numbers that are no mobile phones cannot get SMS.
THAI_MOBILE = re.compile(r"\+66[689]\d{8}")


class CrmAutomation(models.Model):
    """The job: notes what happened, and sends what is due."""

    _inherit = "crm.automation"

    @api.model
    def _cron_run(self, limit=BATCH):
        """Each batch is a transaction of its own: events and messages stand together.
        What goes wrong with one automation does not keep the others waiting."""
        for automation in self.search([("is_on", "=", True)]):
            try:
                if not automation._run(limit):
                    return
            except Exception as error:
                self.env.cr.rollback()
                _logger.exception("automation %s failed", automation.id)
                automation.last_error = f"{type(error).__name__}: {error}"[:200]
                self.env["ir.cron"]._commit_progress()

    def _run(self, limit=BATCH):
        """:return: False when the job's time is over"""
        progress = self.env["ir.cron"]._commit_progress
        company = self.company_id
        automation = self.with_context(allowed_company_ids=company.ids)
        now = fields.Datetime.now()
        noted = automation._note_events(now)
        if self.last_error:
            self.last_error = False
        if not progress(noted):
            return False
        while automation._may_send(now):
            count = automation._send_batch(now, limit)
            if not progress(count):
                return False
            if count < limit:
                break
        return True

    def _note_events(self, now):
        """Note what became due since it was switched on, or a little before now: the
        job may have stood still for a while.

        :return: number of new events
        """
        since = max(self.on_since or now, now - LATE)
        return self.env["crm.automation.event"].sudo()._note(self, since, now)

    def _may_send(self, now):
        """:return: whether the company's hours allow messages"""
        zone = local_zone(self.env, self.company_id)
        hours = self.hours_from, self.hours_until
        return quiet_hours.next_allowed(zone, *hours, now) <= now

    def _send_batch(self, now, limit):
        """Send what is due, or note why not.

        :return: number of events handled
        """
        events = self.env["crm.automation.event"].sudo()._take(self, now, limit)
        late = events.filtered(lambda event: event.due_at < now - LATE)
        late._skip("late")
        willing = self._willing(events - late)
        if willing:
            getattr(self, f"_send_by_{self.channel}")(willing)
        return len(events)

    def _willing(self, events):
        """:return: the events whose customers may get the message; the others are
        noted"""
        partners = events.partner_id
        if self.purpose == "service":
            agreed = partners - self._refusing(partners)
        else:
            company = self.company_id
            agreed = partners.with_company(company)._crm_consent_given(
                self._consent_purpose()
            )
        willing = events.filtered(lambda event: event.partner_id.id in set(agreed.ids))
        (events - willing)._skip("consent")
        return willing

    def _refusing(self, partners):
        """:return: the customers whose last word about service messages was no"""
        self.env["crm.consent"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT partner_id
                     FROM (SELECT DISTINCT ON (partner_id) partner_id, given
                             FROM crm_consent
                            WHERE purpose = 'service' AND company_id = %s
                              AND partner_id = ANY(%s)
                         ORDER BY partner_id, date DESC, id DESC) AS latest
                    WHERE given IS NOT TRUE""",
                self.company_id.id,
                partners.ids,
            )
        )
        return partners.browse(id_ for (id_,) in rows)

    # -- channels ----------------------------------------------------------------------

    def _send_by_sms(self, events):
        """Queue one SMS per event."""
        reached = self._with_number(events)
        urls = sms_links.find_urls(f"{self.text} {self.text_en or ''}")
        numbers = self.env["crm.sms.link"]._numbers(
            urls, self.company_id, None, self._name, self.id
        )
        texts = self._rendered(reached.partner_id, numbers)
        rows = [self._prepare_sms(event, texts) for event in reached]
        deliveries = self.env["sms.delivery"].sudo()._queue(rows)
        for event, delivery in zip(reached, deliveries, strict=True):
            event._sent(delivery.token, delivery_id=delivery.id)

    def _with_number(self, events):
        """:return: the events whose customers have a number that may get it"""
        numbered = events.filtered(lambda e: is_mobile(e.partner_id.phone_sanitized))
        (events - numbered)._skip("address")
        if self.purpose == "service":
            return numbered
        stopped = self.env["crm.sms.stop"]._stopped_among(
            self.company_id, numbered.partner_id.mapped("phone_sanitized")
        )
        refused = numbered.filtered(lambda e: e.partner_id.phone_sanitized in stopped)
        refused._skip("stopped")
        return numbered - refused

    def _prepare_sms(self, event, texts):
        """:return: values for ``sms.delivery._queue``"""
        token = sms_links.token()
        text = texts[event.partner_id.id].replace(sms_links.MARK, token)
        service = self.purpose == "service"
        return {
            "company_id": self.company_id.id,
            "partner_id": event.partner_id.id,
            "number": event.partner_id.phone_sanitized,
            "text": text,
            "token": token,
            "purpose": "service" if service else "marketing_sms",
            "sender": self.sender_id.name or False,
            "user_id": False,
            "res_model": self._name,
            "res_id": self.id,
        }

    def _send_by_email(self, events):
        """Queue one e-mail per event, by the channel that all notices go by."""
        channel = self.env["res.partner"]._crm_notify_channels()["email"]
        company = self.company_id
        partners = events.partner_id.with_company(company)
        reached = channel.available(partners)
        (events - events.filtered(lambda e: e.partner_id in reached))._skip("address")
        texts = self._rendered(reached, {})
        # a customer may have two events at once: each is a message of its own
        for event in events.filtered(lambda e: e.state == "waiting"):
            token = sms_links.token()
            partner = event.partner_id.with_company(company)
            text = texts[partner.id].replace(sms_links.MARK, token)
            notice = Notice(
                {partner.id: text},
                subject=self.subject or company.name,
                purpose=self._consent_purpose(),
            )
            channel.send(partner, notice)
            event._sent(token)


class CrmAutomationEvent(models.Model):
    _inherit = "crm.automation.event"

    def _sent(self, token, **values):
        self.write(
            {
                "state": "sent",
                "handled_at": fields.Datetime.now(),
                "token": token,
                **values,
            }
        )


def is_mobile(number):
    """:return: whether an SMS can reach a number in international form"""
    if not E164.fullmatch(number or ""):
        return False
    return not number.startswith("+66") or bool(THAI_MOBILE.fullmatch(number))
