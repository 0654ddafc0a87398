import logging

from odoo import api, fields, models
from odoo.tools import groupby

from ..tools import notice_sql
from ..tools.snapshot_field import SnapshotMany2one
from .loyalty_point_award_lapse import LOST_RACES

_logger = logging.getLogger(__name__)

NOTICE_BATCH = 200


class LoyaltyPointNotice(models.Model):
    """That a member was told, once, that points on the card are about to end.

    The row comes first. E-mails are queued in the same transaction: both happen or
    none. Messages of other channels leave at once, so the row is committed before: a
    crash in between leaves it reserved, and nobody gets the message twice.
    """

    _name = "loyalty.point.notice"
    _inherit = "loyalty.point.locked"
    _description = "Notice that Points End"
    _order = "id desc"
    _log_access = False

    card_id = fields.Many2one(
        "loyalty.card", required=True, readonly=True, ondelete="cascade"
    )
    company_id = SnapshotMany2one("res.company", readonly=True)
    program_id = SnapshotMany2one(
        "loyalty.program", string="Programme", required=True, readonly=True
    )
    mail_id = SnapshotMany2one("loyalty.mail", string="Communication", readonly=True)
    expiry = fields.Date("Points End On", required=True, readonly=True)
    days = fields.Integer("Days Before", required=True, readonly=True, aggregator=None)
    points = fields.Float(digits=(16, 2), readonly=True)
    state = fields.Selection(
        [("reserved", "Being Sent"), ("sent", "Sent"), ("skipped", "Not Sent")],
        required=True,
        readonly=True,
        help="Not sent: the member has said no to messages, or cannot be reached.",
    )
    channel = fields.Char(readonly=True)
    reserved_at = fields.Datetime(required=True, readonly=True)
    sent_at = fields.Datetime(readonly=True)

    partner_id = fields.Many2one(related="card_id.partner_id", string="Customer")

    _once = models.UniqueIndex("(card_id, expiry, days)")

    @api.model
    def _lapse_rules(self):
        """:return: loyalty.mail that announce the end of points"""
        return (
            self.env["loyalty.mail"]
            .sudo()
            .search(
                [
                    ("trigger", "=", "lapse"),
                    ("program_id.active", "=", True),
                    ("program_id.program_type", "=", "loyalty"),
                ]
            )
        )

    @api.model
    def _cron_notify(self, limit=NOTICE_BATCH):
        """Send what is due, in batches; each is committed by itself."""
        progress = self.env["ir.cron"]._commit_progress
        rules = self._lapse_rules()
        found = bool(rules)
        while found:
            try:
                found = self._notify_batch(rules, limit, progress)
            except LOST_RACES:
                self.env.cr.rollback()
                _logger.info("notices that points end: lost a race, goes on later")
                break
            if not progress(found):
                break

    @api.model
    def _notify_batch(self, rules, limit, commit):
        """Reserve some notices and send them.

        :param rules: loyalty.mail
        :param commit: called without arguments, before anything leaves that a
            rollback would not bring back
        :return: number of notices
        """
        rows = notice_sql.reserve(
            self.env, [(r.id, r.program_id.id, r.lapse_days) for r in rules], limit
        )
        if any(
            rules.browse(mail_id).lapse_channel == "message"
            for mail_id in {row[1] for row in rows}
        ):
            commit()
        for (mail_id, expiry), group in groupby(rows, lambda row: (row[1], row[3])):
            rule = rules.browse(mail_id)
            cards = {row[2]: row[0] for row in group}
            notice_sql.mark(self.env, self._send(rule, expiry, cards))
        self.invalidate_model(flush=False)
        return len(rows)

    def _send(self, rule, expiry, notices):
        """Send one text to the members of one programme.

        :param rule: loyalty.mail
        :param expiry: the day on which their points end
        :param notices: {card id: notice id}
        :return: [(notice id, state, channel)]
        """
        cards = self.env["loyalty.card"].sudo().browse(notices)
        cards = cards.with_context(points_end_date=expiry.isoformat())
        willing = self._willing(cards)
        reached = self._send_first(rule, expiry, willing)
        if rule.lapse_channel == "message":
            others = willing.filtered(lambda card: card.id not in reached)
            reached.update(self._send_messages(rule, expiry, others))
        mailed = willing.filtered(
            lambda card: card.id not in reached and card.partner_id.email_normalized
        )
        self._send_mails(rule, mailed)
        reached.update(dict.fromkeys(mailed.ids, "email"))
        return [
            (id_, "sent" if card_id in reached else "skipped", reached.get(card_id))
            for card_id, id_ in notices.items()
        ]

    @api.model
    def _willing(self, cards):
        """:return: the cards whose customers did not say no to such messages"""
        refused = set()
        for company, group in cards.grouped("company_id").items():
            customers = group.partner_id.commercial_partner_id
            company = company or self.env.company
            refused |= notice_sql.refusing(self.env, customers.ids, company.id)
        return cards.filtered(
            lambda card: (
                card.partner_id.commercial_partner_id.id not in refused
                and not card.partner_id.is_blacklisted
            )
        )

    @api.model
    def _send_first(self, rule, expiry, cards):
        """For modules that say it in a way of their own, in the same transaction.

        :return: {card id: key of the channel} of the members who are told
        """
        return {}

    @api.model
    def _message_channels(self):
        """:return: keys of the channels, in the order to try"""
        return list(self.env["res.partner"]._crm_notify_channels())

    @api.model
    def _send_messages(self, rule, expiry, cards):
        """:return: {card id: key of the channel that took the message}"""
        channels = self._message_channels()
        reached = {}
        if not channels:
            return reached
        for lang, group in cards.grouped(lambda card: card.partner_id.lang).items():
            company = rule.program_id.company_id or self.env.company
            partners = group.partner_id.with_company(company).with_context(
                lang=lang or self.env.lang,
                points_end_date=expiry.isoformat(),
                points_end_program=rule.program_id.id,
            )
            text = rule.with_context(lang=lang or self.env.lang).lapse_text
            taken = partners._crm_notify(
                channels, text, subject=rule.program_id.name, purpose="service"
            )
            for card in group:
                if taken.get(card.partner_id.id):
                    reached[card.id] = taken[card.partner_id.id]
        return reached

    @api.model
    def _send_mails(self, rule, cards):
        """Queue the e-mails; they leave with the next run of the mail queue."""
        template = rule.mail_template_id.with_context(
            points_end_date=cards.env.context.get("points_end_date")
        )
        self._queue_mails(template, cards)

    @api.model
    def _queue_mails(self, template, cards):
        """Queue one e-mail per card, from whoever writes for its company."""
        for author, group in cards.grouped(lambda c: c._get_mail_author()).items():
            values = {}
            if not template.email_from:
                values = {"author_id": author.id, "email_from": author.email_formatted}
            template.send_mail_batch(
                group.ids,
                email_values=values,
                email_layout_xmlid="mail.mail_notification_light",
            )
