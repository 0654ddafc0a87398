from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import campaign_sql
from ..tools.campaign_channel import mail_channel, sms_channel


class MailingMailing(models.Model):
    """Who gets a campaign: chosen by sub-queries, noted by one statement, so that a
    million customers never pass through Python."""

    _inherit = "mailing.mailing"

    # Conditions come from a client: they are searched as whoever wrote them.
    customer_user_id = fields.Many2one("res.users", readonly=True, copy=True)
    drift_count = fields.Integer(
        "Entered or Left Since",
        compute="_compute_drift_count",
        help="Customers who entered or left the segments after this was prepared.",
    )

    @api.model
    def _set_campaign_values(self, vals):
        result = super()._set_campaign_values(vals)
        if "customer_domain" in vals or self.env.context.get("default_customer_domain"):
            vals["customer_user_id"] = self.env.uid
        return result

    def write(self, vals):
        if "customer_user_id" in vals and not self.env.su:
            vals = {**vals, "customer_user_id": self.env.uid}
        if "customer_domain" in vals:
            vals = {**vals, "customer_user_id": self.env.uid}
        return super().write(vals)

    @api.model
    def _campaign_channels(self):
        """The kinds of messages that campaigns send; modules add theirs.

        :return: dict of mailing type to a function of a mailing that returns its
            ``CampaignChannel``
        """
        stops = self.env["crm.sms.stop"].sudo()
        return {
            "sms": lambda mailing: sms_channel(stops._stopped_sql(mailing.company_id)),
            "mail": lambda mailing: mail_channel(),
        }

    def _campaign_channel(self):
        """:return: the ``CampaignChannel`` of this mailing
        :raise UserError: when no module sends such messages to customers"""
        self.ensure_one()
        channel = self._campaign_channels().get(self.mailing_type)
        if not channel:
            raise UserError(
                self.env._("Campaigns of this kind cannot be sent to customers.")
            )
        return channel(self)

    def _chosen_sql(self):
        """:return: SQL selecting the ids of the customers who are chosen
        :raise UserError: when nobody is"""
        self.ensure_one()
        if self.recipient_choice == "customers":
            return self._chosen_in_list()
        if not self.include_segment_ids:
            raise UserError(self.env._("Choose a segment first."))
        members = SQL(
            """SELECT partner_id FROM crm_segment_member
                WHERE segment_id = ANY(%s) AND "left" IS NULL
                  AND partner_id IS NOT NULL""",
            self.include_segment_ids.ids,
        )
        if not self.exclude_segment_ids:
            return members
        return SQL(
            """%s AND partner_id NOT IN (
                   SELECT partner_id FROM crm_segment_member
                    WHERE segment_id = ANY(%s) AND "left" IS NULL
                      AND partner_id IS NOT NULL)""",
            members,
            self.exclude_segment_ids.ids,
        )

    def _chosen_in_list(self):
        """:return: SQL selecting the customers of the stored condition, as whoever
        chose them may see them"""
        if self.customer_domain is False or self.customer_domain is None:
            raise UserError(self.env._("Choose customers in the list first."))
        user = self.sudo().customer_user_id or self.env.user
        allowed = user.active and self.company_id in user.company_ids
        if not allowed and user.id != SUPERUSER_ID:
            raise UserError(
                self.env._(
                    "%(user)s chose these customers and may not see them any more. "
                    "Choose them again.",
                    user=user.name,
                )
            )
        partners = (
            self.env["res.partner"]
            .with_user(user)
            .with_context(allowed_company_ids=self.company_id.ids, lang=user.lang)
        )
        mine = Domain("company_id", "in", (False, self.company_id.id))
        return partners._search(mine & Domain(self.customer_domain)).select()

    def _note_recipients(self):
        """Note anew who is chosen, who gets it and who does not.

        :return: number of those who are to get it
        """
        self.ensure_one()
        channel = self._campaign_channel()
        shares = [(text.letter, text.share) for text in self.variant_ids]
        statement = campaign_sql.note_recipients(
            self, self._chosen_sql(), channel, self._agreed(channel), shares
        )
        self.env.flush_all()
        self._forget_recipients()
        self.env.cr.execute(statement)
        # the statements that follow are planned for as many rows as there are
        self.env.cr.execute("ANALYZE mailing_assignment")
        self.env["mailing.assignment"].invalidate_model(flush=False)
        return self._count_treated()

    def _agreed(self, channel):
        """:return: SQL condition on the customer ``p``: wants messages of this kind"""
        consents = self.env["crm.consent"].sudo()
        customer = SQL("p.commercial_partner_id")
        return consents._given_by(customer, channel.purpose, self.company_id)

    def _forget_recipients(self):
        """Nothing of this was sent."""
        self.env.cr.execute(
            SQL("DELETE FROM mailing_assignment WHERE mailing_id = %s", self.id)
        )

    def _count_treated(self):
        [(count,)] = self.env.execute_query(
            SQL("SELECT count(*) FROM mailing_assignment WHERE %s", self._treated())
        )
        return count

    def _treated(self):
        """:return: SQL condition on mailing_assignment: who gets the message"""
        return SQL(
            "mailing_id = %s AND arm = 'treated' AND skip_reason = 'none'", self.id
        )

    @api.depends("prepared_at", "include_segment_ids", "exclude_segment_ids")
    def _compute_drift_count(self):
        for mailing in self:
            segments = mailing.include_segment_ids | mailing.exclude_segment_ids
            since = mailing.prepared_at
            mailing.drift_count = (
                mailing._count_drift(segments, since)
                if mailing.recipient_choice == "segments" and segments and since
                else 0
            )

    def _count_drift(self, segments, since):
        [(count,)] = self.env.execute_query(
            SQL(
                """SELECT count(DISTINCT partner_id) FROM crm_segment_member
                    WHERE segment_id = ANY(%s)
                      AND (entered > %s OR "left" > %s)""",
                segments.ids,
                since,
                since,
            )
        )
        return count
