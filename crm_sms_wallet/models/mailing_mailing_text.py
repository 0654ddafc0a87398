from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_segments.models.res_partner_notify import PLACEHOLDER

from ..tools import sms_links

CODE_LENGTH = 10
# Stands for the coupon code of a message: as long, of letters that count once.
CODE_MARK = "@COUPON@@@"


class MailingMailing(models.Model):
    """The text of each message: what is the same for all is filled in once, merge
    fields of the customer for a batch, token and code message by message."""

    _inherit = "mailing.mailing"

    link_url = fields.Char(
        "Link", help="The address that {link} leads to; it is shortened in the message."
    )

    sms_sender_id = fields.Many2one(
        "crm.sms.sender",
        "Sender Name",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('company_id', '=', company_id)]",
        help="What telephones show. Empty: the name that the gateway is set to.",
    )

    @api.model
    def _message_fields(self):
        """The placeholders of campaigns alone; modules add theirs.

        :return: dict of token to (label, function of (mailing, numbers) that returns
            what stands in its place: the marks of token and code are replaced later)
        """
        return {
            "link": (self.env._("The link, shortened"), self._message_link),
            "optout": (self.env._("Link that ends the advertising"), self._opt_out),
            "coupon": (self.env._("Coupon code of the customer"), self._coupon_mark),
        }

    @api.model
    def _message_link(self, mailing, numbers):
        if not mailing.link_url:
            raise UserError(self.env._("Enter the address that {link} leads to."))
        base = mailing._link_base()
        return sms_links.short_url(base, sms_links.MARK, numbers[mailing.link_url])

    @api.model
    def _opt_out(self, mailing, numbers):
        return sms_links.opt_out_url(mailing._link_base(), sms_links.MARK)

    @api.model
    def _coupon_mark(self, mailing, numbers):
        if not mailing.coupon_program_ref:
            raise UserError(
                self.env._("Choose the coupon programme that {coupon} is from.")
            )
        return CODE_MARK

    def _link_base(self):
        return (self.company_id or self.env.company)._sms_link_base()

    def _sender_name(self):
        """:return: what the telephone shows as sender, None: that of the gateway"""
        return self.sms_sender_id.name or None

    def _message_texts(self):
        """:return: dict of variant (None: the only one) to text as it was written"""
        if self.variant_ids:
            return {text.letter: text.text for text in self.variant_ids}
        return {None: self.body_plaintext or ""}

    def _check_texts(self):
        """:raise UserError: a text is empty or has a placeholder nobody knows"""
        for text in self._message_texts().values():
            if not (text or "").strip():
                raise UserError(self.env._("Write the text of the message first."))
            self._message_template(text)

    def _message_template(self, text, save=False):
        """Fill in what is the same for everybody.

        :param bool save: note the links, for taps; without, they are only numbered
        :return: the text with merge fields of the customer, and marks
        :raise UserError: for an unknown placeholder
        """
        self.ensure_one()
        numbers = self._link_numbers(text, save)
        known = self._message_fields()
        text = sms_links.shorten(text, numbers, self._link_base(), sms_links.MARK)
        own = {
            token: known[token][1](self, numbers)
            for token in known
            if f"{{{token}}}" in text
        }
        text = PLACEHOLDER.sub(
            lambda match: own.get(match.group(1), match.group()), text
        )
        self.env["res.partner"]._crm_check_placeholders(text)
        return text

    def _link_numbers(self, text, save):
        """:return: dict of web address to the number of its link"""
        urls = sms_links.find_urls(text)
        if self.link_url and self.link_url not in urls:
            urls.insert(0, self.link_url)
        if not save:
            return {url: n for n, url in enumerate(urls, 1)}
        links = self.env["crm.sms.link"]
        return links._numbers(urls, self.company_id, mailing=self)

    def _render_messages(self, template, partner_ids):
        """:param template: of :meth:`_message_template`
        :return: dict of customer to text, marks still in it"""
        partners = (
            self.env["res.partner"]
            .sudo()
            .with_company(self.company_id)
            # a batch reads the few columns it needs, not all of a wide table
            .with_context(prefetch_fields=False, active_test=False)
        )
        return partners.browse(partner_ids)._crm_render(template)

    @api.model
    def _fill_marks(self, text, token, code):
        """:return: the text as it is sent"""
        text = text.replace(sms_links.MARK, token)
        return text.replace(CODE_MARK, code) if code else text
