from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.credit_quote import CreditQuote
from ..tools.text_findings import TextFindings

SKIPPED = {
    "skipped_no_address": ("no_number", "no_email"),
    "skipped_bad_address": ("bad_number", "bad_email"),
    "skipped_opted_out": ("opted_out",),
    "skipped_stopped": ("stopped", "blacklisted"),
    "skipped_duplicate": ("duplicate",),
    "skipped_deleted": ("deleted",),
}


class MailingMailing(models.Model):
    """What a campaign comes to, before it is sent: recipients, parts, exact cost."""

    _inherit = "mailing.mailing"

    currency_id = fields.Many2one(related="company_id.currency_id")
    chosen_count = fields.Integer("Chosen", compute="_compute_recipient_counts")
    treated_count = fields.Integer("Will Get It", compute="_compute_recipient_counts")
    holdout_count = fields.Integer("Held Out", compute="_compute_recipient_counts")
    skipped_no_address = fields.Integer(
        "No Number or E-mail", compute="_compute_recipient_counts"
    )
    skipped_bad_address = fields.Integer(
        "Wrong Number or E-mail", compute="_compute_recipient_counts"
    )
    skipped_opted_out = fields.Integer(
        "Have Not Agreed", compute="_compute_recipient_counts"
    )
    skipped_stopped = fields.Integer(
        "Asked to Stop", compute="_compute_recipient_counts"
    )
    skipped_duplicate = fields.Integer(
        "Same Number Twice", compute="_compute_recipient_counts"
    )
    skipped_deleted = fields.Integer("Gone Since", compute="_compute_recipient_counts")
    sms_cost = fields.Monetary(
        "Cost",
        compute="_compute_sms_cost",
        help="What the credits of this campaign have cost, the oldest package first.",
    )
    sms_unit_cost = fields.Float(
        "Cost of a Message", digits=(16, 4), compute="_compute_sms_cost"
    )
    credits_free = fields.Integer("Credits Now", compute="_compute_credits")
    credits_after = fields.Integer("Credits Left After", compute="_compute_credits")
    credits_missing = fields.Integer(compute="_compute_credits")
    unicode_characters = fields.Char(
        "Make It Unicode",
        compute="_compute_text_advice",
        help="One of these characters, and a part holds 70 characters, not 160.",
    )
    text_advice = fields.Text("Advice", compute="_compute_text_advice")
    smallest_effect_text = fields.Char(
        "Smallest Effect to Be Seen", compute="_compute_smallest_effect_text"
    )
    campaign_warnings = fields.Text("Take Care", compute="_compute_campaign_warnings")
    sample_partner_id = fields.Many2one(
        "res.partner", "Shown For", compute="_compute_sample_partner_id", readonly=False
    )
    sample_text = fields.Text("Message", compute="_compute_sample_text")

    # -- recipients ----------------------------------------------------------------

    @api.depends("prepare_state", "prepare_total")
    def _compute_recipient_counts(self):
        groups = self.env["mailing.assignment"]._read_group(
            [("mailing_id", "in", self._origin.ids)],
            ["mailing_id", "arm", "skip_reason"],
            ["__count"],
        )
        counts = {}
        for mailing, arm, reason, count in groups:
            mine = counts.setdefault(mailing.id, {})
            key = arm if reason == "none" else reason
            mine[key] = mine.get(key, 0) + count
        for mailing in self:
            mine = counts.get(mailing._origin.id, {})
            mailing.chosen_count = sum(mine.values())
            mailing.treated_count = mine.get("treated", 0)
            mailing.holdout_count = mine.get("holdout", 0)
            for name, reasons in self._skip_groups().items():
                mailing[name] = sum(mine.get(reason, 0) for reason in reasons)

    @api.model
    def _skip_groups(self):
        """:return: dict of a field that counts skipped customers to the reasons;
        modules with a channel of their own add theirs"""
        return SKIPPED

    def action_view_recipients(self):
        """:return: the list of those that the pressed button counts: the context names
        the arm or the reason"""
        self.ensure_one()
        self.check_access("read")
        domain = [("mailing_id", "=", self.id)]
        which = self.env.context.get("recipients")
        if which in ("treated", "holdout"):
            domain += [("arm", "=", which), ("skip_reason", "=", "none")]
        elif which in (groups := self._skip_groups()):
            domain += [("skip_reason", "in", groups[which])]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_sms_wallet.mailing_assignment_action"
        )
        return {**action, "domain": domain}

    def action_view_deliveries(self):
        """:return: the messages of this campaign"""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Messages"),
            "res_model": self._message_queue()._name,
            "view_mode": "list,form",
            "domain": [("mailing_id", "=", self.id)],
            "context": {"create": False},
        }

    # -- cost ----------------------------------------------------------------------

    def _wallet(self):
        """:return: crm.sms.wallet of the campaign's company (superuser)"""
        return self.env["crm.sms.wallet"]._of(self.company_id or self.env.company)

    def _credit_quote(self):
        """:return: ``CreditQuote`` of the credits that the next messages will take;
        those that other messages hold are used before"""
        wallet = self._wallet()
        wallet.lot_ids.flush_model()
        lots = self.env.execute_query(
            SQL(
                """SELECT credits, price, remaining, spent FROM crm_sms_credit_lot
                    WHERE wallet_id = %s AND remaining > 0
                      AND (expires_on IS NULL OR expires_on >= %s)
                 ORDER BY expires_on, id""",
                wallet.id,
                fields.Date.context_today(self),
            )
        )
        quote = CreditQuote(lots, wallet.company_id.sms_default_rate)
        quote.take(wallet.held)
        return quote

    @api.depends("sms_parts", "sms_messages", "state")
    def _compute_sms_cost(self):
        for mailing in self:
            cost = 0.0
            if mailing.sms_parts and mailing.company_id:
                if mailing.state == "draft":
                    cost = float(mailing._credit_quote().take(mailing.sms_parts))
                else:
                    cost = mailing._cost_so_far()
            mailing.sms_cost = cost
            mailing.sms_unit_cost = cost / (mailing.sms_messages or 1)

    def _cost_so_far(self):
        """:return: what was taken for the messages that were sent, and what those that
        wait will cost"""
        [(cost,)] = self.env.execute_query(
            SQL(
                """SELECT sum(CASE WHEN state IN ('draft', 'queued', 'sending',
                                                  'unknown')
                                   THEN COALESCE(cost, price) ELSE cost END)
                     FROM sms_delivery
                    WHERE mailing_id = %s AND state NOT IN ('cancelled', 'refused')""",
                self._origin.id,
            )
        )
        return float(cost or 0)

    @api.depends("sms_parts", "company_id", "state")
    def _compute_credits(self):
        for mailing in self:
            if mailing.mailing_type != "sms" or not mailing.recipient_choice:
                mailing.update(
                    dict.fromkeys(
                        ("credits_free", "credits_after", "credits_missing"), 0
                    )
                )
                continue
            wallet = mailing._wallet()
            needed = mailing.sms_parts if mailing.state == "draft" else 0
            mailing.credits_free = wallet.credits
            mailing.credits_after = wallet.credits - needed
            owing = wallet.mode == "own"
            mailing.credits_missing = 0 if owing else max(0, needed - wallet.credits)

    # -- advice --------------------------------------------------------------------

    @api.depends("text_findings", "sms_parts", "sms_cost")
    def _compute_text_advice(self):
        for mailing in self:
            findings = TextFindings(mailing.text_findings)
            mailing.unicode_characters = " ".join(findings.odd)
            mailing.text_advice = mailing._text_advice(findings)

    def _text_advice(self, findings):
        """:return: how to save, False when there is nothing to save"""
        cut, parts = findings.best_cut()
        if not parts or not self.sms_parts:
            return False
        saved = self.sms_cost * parts / self.sms_parts
        return self.env._(
            "Cut %(cut)s characters = save %(amount)s (%(parts)s credits).",
            cut=cut,
            amount=self.currency_id.format(saved),
            parts=f"{parts:,}",
        )

    @api.depends("treated_count", "holdout_count")
    def _compute_smallest_effect_text(self):
        for mailing in self:
            mailing.smallest_effect_text = mailing._smallest_effect()

    @api.depends(
        *("prepare_state", "sms_parts", "body_plaintext", "drift_count"),
        *("variant_ids.text", "link_url", "sms_sender_id"),
    )
    def _compute_campaign_warnings(self):
        for mailing in self:
            warnings = mailing.recipient_choice and mailing._campaign_warnings()
            mailing.campaign_warnings = "\n".join(warnings or []) or False

    def _campaign_warnings(self):
        """What to look at before sending; modules add theirs.

        :return: list of texts"""
        self.ensure_one()
        found = []
        if self.state != "draft":
            return found
        if self.mailing_type == "sms":
            found += [message for _level, message in self._text_warnings()]
        if self.drift_count:
            found.append(
                self.env._(
                    "%(count)s customers entered or left the segments since this was "
                    "prepared. Prepare it again to count them.",
                    count=f"{self.drift_count:,}",
                )
            )
        if self.credits_missing:
            found.append(
                self.env._(
                    "%(count)s SMS credits are missing. Buy credits first.",
                    count=f"{self.credits_missing:,}",
                )
            )
        if self.prepare_state == "ready" and self.chosen_count:
            if self.skipped_opted_out * 2 > self.chosen_count:
                found.append(
                    self.env._(
                        "Most of the chosen customers have not agreed to advertising."
                    )
                )
        return found

    def _text_warnings(self):
        """:return: list of (level, message) on the texts, see
        ``res.company._sms_text_warnings``"""
        company = self.company_id or self.env.company
        sender = self.sms_sender_id or None
        found = {}
        for text in self._message_texts().values():
            if text and text.strip():
                text = f"{text} {self.link_url or ''}".strip()
                found.update(dict.fromkeys(company._sms_text_warnings(text, sender)))
        return list(found)

    # -- preview -------------------------------------------------------------------

    @api.depends("prepare_state")
    def _compute_sample_partner_id(self):
        for mailing in self:
            row = self.env["mailing.assignment"].search(
                [
                    ("mailing_id", "=", mailing._origin.id),
                    ("arm", "=", "treated"),
                    ("skip_reason", "=", "none"),
                ],
                order="id",
                limit=1,
            )
            mailing.sample_partner_id = row.partner_id or self.env.user.partner_id

    @api.depends("sample_partner_id", "body_plaintext", "variant_ids.text", "link_url")
    def _compute_sample_text(self):
        for mailing in self:
            mailing.sample_text = (
                mailing.mailing_type == "sms"
                and mailing.recipient_choice
                and mailing._sample_text(mailing.sample_partner_id)
            )
