from odoo import api, models
from odoo.tools import SQL

# What counts as what, of our own messages and of Odoo's traces of e-mails.
SENT = ("accepted", "failed", "delivered")
FAILED = ("failed", "refused")
TRACE_SENT = ("pending", "sent", "open", "reply", "bounce")
TRACE_DELIVERED = ("sent", "open", "reply")
TRACE_FAILED = ("bounce", "error")


class CrmCampaignResult(models.Model):
    """What became of the messages of a campaign, and what customers did with them."""

    _inherit = "crm.campaign.result"

    @api.model
    def _person_cte(self, mailing):
        """The customers assigned to a campaign, each once: who is chosen by two of its
        contacts stays in the group of the first. Somebody whose data was erased since
        stays one who bought nothing.

        :return: SQL of the CTEs that end in ``person``: customer_id, arm, variant
        """
        self.env["mailing.assignment"].flush_model()
        return SQL(
            """assigned AS (
                SELECT a.id, a.partner_id, a.arm, COALESCE(a.variant, '') AS variant,
                       a.number, a.code,
                       COALESCE(p.commercial_partner_id, -a.id) AS customer_id
                  FROM mailing_assignment a
             LEFT JOIN res_partner p ON p.id = a.partner_id
                 WHERE a.mailing_id = %s AND a.skip_reason = 'none'
            ), person AS MATERIALIZED (
                SELECT DISTINCT ON (customer_id) customer_id, arm,
                       CASE arm WHEN 'treated' THEN variant ELSE '' END AS variant
                  FROM assigned ORDER BY customer_id, id
            )""",
            mailing.id,
        )

    @api.model
    def _message_sources(self, mailing):
        """The messages of a campaign; modules with a channel of their own add theirs.

        Each sub-query selects (partner_id, at, sent, delivered, failed, cost) per
        message: three truth values, the time it left, in UTC, and what it cost. A
        message that was sent again counts once, its cost each time.

        :return: list of SQL
        """
        again = SQL(
            """EXISTS (SELECT FROM sms_delivery later WHERE later.retry_of_id = d.id)"""
        )
        return [
            SQL(
                """SELECT d.partner_id,
                          CASE WHEN d.retry_of_id IS NULL THEN d.sent_at END,
                          d.state IN %(sent)s AND NOT %(again)s,
                          d.state = 'delivered' AND NOT %(again)s,
                          d.state IN %(failed)s AND NOT %(again)s,
                          COALESCE(d.cost, 0)
                     FROM sms_delivery d WHERE d.mailing_id = %(mailing)s""",
                sent=SENT,
                failed=FAILED,
                again=again,
                mailing=mailing.id,
            ),
            self._trace_source(mailing),
        ]

    @api.model
    def _trace_source(self, mailing):
        """Messages that Odoo sent itself: e-mails, and SMS without a gateway."""
        return SQL(
            """SELECT t.res_id, t.sent_datetime, t.trace_status IN %(sent)s,
                      t.trace_status IN %(delivered)s, t.trace_status IN %(failed)s, 0
                 FROM mailing_trace t
                WHERE t.mass_mailing_id = %(mailing)s AND t.model = 'res.partner'
                  AND t.is_test_trace IS NOT TRUE
                  AND NOT EXISTS (SELECT FROM sms_delivery d
                                   WHERE d.mailing_id = %(mailing)s
                                     AND (d.trace_id = t.id
                                          OR d.partner_id = t.res_id))""",
            sent=TRACE_SENT,
            delivered=TRACE_DELIVERED,
            failed=TRACE_FAILED,
            mailing=mailing.id,
        )

    @api.model
    def _response_sources(self, mailing, first, last):
        """What customers did; modules with a channel of their own add theirs.

        :param datetime first: UTC, begin of the days that count
        :param datetime last: UTC, end of them
        :return: dict of a field of ``crm.campaign.result.group`` to a list of SQL, each
            selecting partner_id, also of many more than the campaign's customers
        """
        traces = SQL(
            """SELECT t.res_id FROM mailing_trace t
                WHERE t.mass_mailing_id = %s AND t.model = 'res.partner'
                  AND t.is_test_trace IS NOT TRUE AND """,
            mailing.id,
        )
        return {
            "clicked": [
                SQL(
                    """SELECT d.partner_id FROM crm_sms_click c
                         JOIN sms_delivery d ON d.id = c.delivery_id
                        WHERE d.mailing_id = %s AND c.kind = 'human'""",
                    mailing.id,
                ),
                SQL("%s t.links_click_datetime IS NOT NULL", traces),
            ],
            "replied": [SQL("%s t.reply_datetime IS NOT NULL", traces)],
            "code_used": self._code_sources(mailing),
            "opted_out": self._opt_out_sources(mailing, first, last),
        }

    @api.model
    def _code_sources(self, mailing):
        """:return: list of SQL of the customers whose own code is on a confirmed
        order, whoever brought it"""
        program = mailing.coupon_program_ref
        if not program:
            return []
        orders = {
            "sale.order.line": ("sale_order", ("sale",)),
            "pos.order.line": ("pos_order", ("paid", "done")),
        }
        return [
            SQL(
                """SELECT a.partner_id FROM assigned a
                     JOIN loyalty_card card
                       ON card.code = a.code AND card.program_id = %s
                     JOIN %s l ON l.coupon_id = card.id
                     JOIN %s o ON o.id = l.order_id AND o.state IN %s
                    WHERE a.code IS NOT NULL""",
                program.id,
                SQL.identifier(self.env[model]._table),
                SQL.identifier(table),
                states,
            )
            for model, (table, states) in orders.items()
            if model in self.env and "coupon_id" in self.env[model]._fields
        ]

    @api.model
    def _opt_out_sources(self, mailing, first, last):
        """:return: list of SQL of the customers who asked for no more messages in the
        days that count, on whichever way, and have not changed their mind"""
        purpose = mailing._campaign_channel().purpose
        company = mailing.company_id
        return [
            SQL(
                """SELECT c.partner_id FROM crm_consent c
                    WHERE c.company_id = %(company)s AND c.purpose = %(purpose)s
                      AND c.given IS NOT TRUE
                      AND c.date >= %(first)s AND c.date < %(last)s
                      AND NOT EXISTS (
                          SELECT FROM crm_consent later
                           WHERE later.partner_id = c.partner_id
                             AND later.company_id = c.company_id
                             AND later.purpose = c.purpose AND later.given
                             AND (later.date, later.id) > (c.date, c.id))""",
                company=company.id,
                purpose=purpose,
                first=first,
                last=last,
            ),
            SQL(
                """SELECT a.partner_id FROM crm_sms_stop s
                     JOIN assigned a ON a.number = s.number
                    WHERE s.company_id = %s AND s.active IS TRUE
                      AND s.source <> 'operator'
                      AND s.since >= %s AND s.since < %s""",
                company.id,
                first,
                last,
            ),
        ]
