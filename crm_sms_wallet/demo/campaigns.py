"""The campaigns of the demo shop: one three weeks old, one ready, one being written."""

from datetime import timedelta

from odoo import Command
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.local_date import local_today, local_zone

from ..models.crm_opt_out_mixin import PAGE
from ..models.sms_delivery_send import Run
from ..tools.quiet_hours import local_moment

SENT_DAYS, SENT_HOUR = 21, 10.5
HOLDOUT_PERCENT = 20
# the same customers are held out in every database
SALTS = ("demo-aroma", "demo-miss", "demo-tea")
# every so many-th message: who tapped, what a program tapped, who had enough
TAP_STEP, BOT_STEP, STOP_STEP = 7, 23, 45
SITE = "https://ruean-bulan.example"
KNOWN, SILENT = "Customers for more than a month", "Silent for three months"
SEGMENTS = {
    KNOWN: [("customer_first_order_date", "<=", "today -30d")],
    SILENT: [("customer_last_order_date", "<=", "today -90d")],
}
AROMA = "เรือนบุหลัน: {call_name} นวดอโรมาลด 20% ถึงสิ้นเดือนนี้ จองที่ {link} ไม่รับข่าวสาร {optout}"
MISS = (
    "เรือนบุหลัน: คิดถึง {call_name} แวะมานวดไทยเดือนนี้ รับชาสมุนไพรฟรี {link} "
    "ไม่รับข่าวสาร {optout}"
)
TEA = (
    "เรือนบุหลัน: {call_name} มาวันธรรมดา รับชาสมุนไพรฟรี {link} ไม่รับข่าวสาร {optout}",
    "เรือนบุหลัน: ชาสมุนไพรฟรีทุกวันธรรมดา จอง {link} ไม่รับข่าวสาร {optout}",
)


def load_campaigns(env, company, gateway):
    """:return: mailing.mailing that was sent"""
    return _Campaigns(env, company, gateway).load()


class _Campaigns:
    """One loading; keeps the records made so far."""

    def __init__(self, env, company, gateway):
        self.env = env
        self.company = company
        self.gateway = gateway
        day = local_today(env, company) - timedelta(days=SENT_DAYS)
        self.sent_at = local_moment(local_zone(env, company), day, SENT_HOUR)

    def load(self):
        """:return: mailing.mailing that was sent"""
        self.segments = self._create_segments()
        aroma, miss, tea = SALTS
        sent = self._create("Aroma month", aroma, KNOWN, AROMA, "/aroma")
        sent.holdout_percent = HOLDOUT_PERCENT
        self._send(sent)
        self._respond(sent)
        self.env["crm.campaign.result"]._measure(sent)
        ready = self._create("We miss you", miss, SILENT, MISS, "/tea")
        ready.holdout_percent = HOLDOUT_PERCENT
        ready.action_prepare()
        draft = self._create("Tea on weekdays", tea, KNOWN, TEA[0], "/tea")
        draft.variant_ids = [Command.create({"text": text}) for text in TEA]
        return sent

    def _create_segments(self):
        """:return: {name: crm.segment}"""
        segments = self.env["crm.segment"].create(
            [
                {"name": name, "company_id": self.company.id, "domain": repr(rule)}
                for name, rule in SEGMENTS.items()
            ]
        )
        return {segment.name: segment for segment in segments}

    def _create(self, name, salt, segment, text, path):
        """:return: mailing.mailing to the members of a segment, not prepared"""
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": name,
                "mailing_type": "sms",
                "company_id": self.company.id,
                "recipient_choice": "segments",
                "include_segment_ids": [Command.set(self.segments[segment].ids)],
                "body_plaintext": text,
                "link_url": SITE + path,
                "user_id": self.env.uid,
            }
        )
        mailing.salt = salt
        return mailing

    # -- what was sent -----------------------------------------------------------------

    def _send(self, mailing):
        """Send a campaign through the simulator, and let it be three weeks ago."""
        hours = {name: mailing[name] for name in ("hours_from", "hours_until")}
        # at whatever hour the demo is installed
        mailing.write(dict.fromkeys(hours, 0))
        mailing.action_prepare()
        self._name_messages(mailing)
        mailing._launch()
        run, deliveries = Run(), self.env["sms.delivery"]
        # a commit would leave half an installation behind
        while deliveries._send_slice(self.company, run, lambda *_a, **_kw: 1)[0]:
            pass
        mailing._finish_sending()
        mailing.write({**hours, "prepared_at": self.sent_at, "sent_date": self.sent_at})
        self._let_be_past(mailing)
        self.gateway.sim_reported_at = self.sent_at
        self.gateway._simulate_reports()

    def _name_messages(self, mailing):
        """What the simulator makes of a message follows from its identifier: the same
        in every database."""
        self.env.cr.execute(
            SQL(
                """UPDATE sms_delivery SET uuid = md5(%s || number)
                    WHERE mailing_id = %s""",
                f"{mailing.salt}:",
                mailing.id,
            )
        )
        self.env["sms.delivery"].invalidate_model(["uuid"], flush=False)

    def _let_be_past(self, mailing):
        """Move what was sent just now to its day; the wallet's entries stay, they
        cannot be changed."""
        self.env.flush_all()
        statements = (
            SQL(
                """UPDATE sms_delivery d
                      SET queued_at = %(at)s, sent_at = %(at)s + n * interval '1 second'
                     FROM (SELECT id, row_number() OVER (ORDER BY id) AS n
                             FROM sms_delivery WHERE mailing_id = %(mailing)s) AS row
                    WHERE row.id = d.id AND d.sent_at IS NOT NULL""",
                at=self.sent_at,
                mailing=mailing.id,
            ),
            SQL(
                """UPDATE sms_batch SET started_at = %(at)s, settled_at = %(at)s
                    WHERE id IN (SELECT batch_id FROM sms_delivery
                                  WHERE mailing_id = %(mailing)s)""",
                at=self.sent_at,
                mailing=mailing.id,
            ),
            SQL(
                """UPDATE mailing_trace SET create_date = %(at)s, write_date = %(at)s,
                          sent_datetime = CASE WHEN sent_datetime IS NOT NULL
                                               THEN %(at)s END
                    WHERE mass_mailing_id = %(mailing)s""",
                at=self.sent_at,
                mailing=mailing.id,
            ),
        )
        for statement in statements:
            self.env.cr.execute(statement)
        self.env.invalidate_all(flush=False)

    # -- what customers did ------------------------------------------------------------

    def _respond(self, mailing):
        """Some tapped the link within two days, a few wanted no more."""
        arrived = self.env["sms.delivery"].search(
            [("mailing_id", "=", mailing.id), ("state", "=", "delivered")],
            order="number",
        )
        self._tap(mailing, arrived[::TAP_STEP], "human")
        self._tap(mailing, arrived[::BOT_STEP], "bot")
        for number, delivery in enumerate(arrived[1::STOP_STEP]):
            self._opt_out(delivery, self.sent_at + timedelta(minutes=9 + 50 * number))

    def _tap(self, mailing, deliveries, kind):
        link = self.env["crm.sms.link"].search([("mailing_id", "=", mailing.id)])
        self.env["crm.sms.click"].create(
            [
                {
                    "company_id": self.company.id,
                    "link_id": link.id,
                    "mailing_id": mailing.id,
                    "delivery_id": delivery.id,
                    "clicked_at": self.sent_at
                    + timedelta(minutes=4 + 97 * number % 2880),
                    "kind": kind,
                }
                for number, delivery in enumerate(deliveries)
            ]
        )

    def _opt_out(self, delivery, moment):
        """As the page of the opt-out does, on a day of the past."""
        stop = self.env["crm.sms.stop"]._stop(self.company, [delivery.number], "page")
        stop.write(
            {
                "since": moment,
                "delivery_id": delivery.id,
                "mailing_id": delivery.mailing_id.id,
            }
        )
        self.env["crm.consent"].create(
            {
                "partner_id": delivery.partner_id.commercial_partner_id.id,
                "company_id": self.company.id,
                "purpose": "marketing_sms",
                "given": False,
                "source": PAGE,
                "address": delivery.number,
                "date": moment,
            }
        )
