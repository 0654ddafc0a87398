from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_lineshopping_connector.tools import line_flex
from odoo.addons.crm_segments.models.res_partner_notify import PLACEHOLDER
from odoo.addons.crm_segments.tools.local_date import local_zone
from odoo.addons.crm_sms_wallet.models.mailing_mailing_sample import (
    SAMPLE_CODE,
    SAMPLE_TOKEN,
)
from odoo.addons.crm_sms_wallet.tools import sms_links

from ..tools.line_channel import line_channel

# What is part of a message by LINE alone: a change makes what is prepared stale.
LINE_CONTENT = {"line_title", "line_picture", "line_button", "line_alike"}
BUTTON_MOST = 20


class MailingMailing(models.Model):
    """Campaigns by LINE: who gets them, and what they look like."""

    _inherit = "mailing.mailing"

    mailing_type = fields.Selection(
        selection_add=[("line", "LINE")], ondelete={"line": "cascade"}
    )
    line_title = fields.Char(
        "Heading", help="In the shop's colour above the text. May be empty."
    )
    line_picture = fields.Image(
        "Picture",
        max_width=1024,
        max_height=1024,
        copy=True,
        help="Above the message, three wide by two high.",
    )
    line_button = fields.Char(
        "Button", help="What the button says that opens the link.", size=BUTTON_MOST
    )
    line_alike = fields.Boolean(
        "The Same for All",
        help="Without placeholders: sent to up to 500 customers in one call, for very "
        "large campaigns. Who tapped on the link is not counted then.",
    )
    line_preview = fields.Html(
        "On a Telephone", compute="_compute_line_preview", sanitize=False
    )

    def write(self, vals):
        if LINE_CONTENT & vals.keys():
            self._check_not_sent()
        result = super().write(vals)
        if LINE_CONTENT & vals.keys():
            self._recipients_changed()
        return result

    @api.model
    def _campaign_channels(self):
        channels = self.env["crm.line.channel"]
        return {
            **super()._campaign_channels(),
            "line": lambda mailing: line_channel(
                channels._of_company(mailing.company_id)
            ),
        }

    @api.model
    def _own_queues(self):
        return {**super()._own_queues(), "line": self.env["crm.line.message"]}

    def _line_channel(self):
        """:return: crm.line.channel (superuser) of the campaign's company"""
        company = self.company_id or self.env.company
        return self.env["crm.line.channel"]._of_company(company)

    @api.model
    def _line_barred(self, company):
        """:return: ids of the campaigns of which nothing may leave right now"""
        mailings = (
            self.sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("company_id", "=", company.id),
                    ("mailing_type", "=", "line"),
                    ("recipient_choice", "!=", False),
                    *self._sms_open_domain(company),
                ]
            )
        )
        now = datetime.now(local_zone(self.env, company))
        return mailings.filtered(lambda m: not m._sms_may_send(now))._ids

    # -- what it looks like ------------------------------------------------------------

    def _check_texts(self):
        for mailing in self.filtered(lambda m: m.mailing_type == "line"):
            if mailing.line_button and not mailing.link_url:
                raise UserError(
                    self.env._("Enter the link that the button is to open.")
                )
            if mailing.line_alike:
                mailing._check_alike()
            if not mailing._line_channel().channel_id:
                raise UserError(
                    self.env._("Connect the LINE Official Account of the shop first.")
                )
        return super()._check_texts()

    def _check_alike(self):
        """:raise UserError: the messages would not be the same, or nobody could end
        the advertising: that tap comes back by LINE's webhook"""
        texts = [*self._message_texts().values(), self.line_title or ""]
        found = {token for text in texts for token in PLACEHOLDER.findall(text or "")}
        if found or self.coupon_program_ref:
            raise UserError(
                self.env._(
                    "A message that is the same for all has no placeholders and no "
                    "coupons: %(found)s.",
                    found=", ".join(f"{{{token}}}" for token in sorted(found)) or "-",
                )
            )
        events = self.env["crm.line.event"].sudo()
        if not events.search_count(
            [("channel_id", "=", self._line_channel().id)], limit=1
        ):
            raise UserError(
                self.env._(
                    "LINE's webhook has told nothing yet, so a tap that ends the "
                    "advertising would not arrive. Connect the webhook, or send "
                    "messages that are not the same for all."
                )
            )

    def _line_notice(self, text, lang, token, button=""):
        """One message as a customer sees it.

        :param str text: filled in
        :param str lang: of the customer
        :param str button: address of the button's link
        :return: line_flex.Notice
        """
        messages = self.env["crm.line.message"]
        foot = messages._opt_out_foot(lang, self._link_base(), token)
        if self.line_alike:
            foot = messages._opt_out_tap(lang, self)
        buttons = ((self.line_button, button),) if self.line_button and button else ()
        return line_flex.Notice(
            title=self.line_title or "",
            text=text,
            buttons=buttons,
            small=(foot,),
            picture=self._line_picture_url(),
        )

    def _line_picture_url(self):
        """:return: address of the picture that LINE's servers can open, empty when
        there is none: LINE asks for https"""
        mailing = self.sudo()
        base = self._link_base()
        if not mailing.line_picture or not base.startswith("https://"):
            return ""
        picture = mailing.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_field", "=", "line_picture"),
                ("res_id", "=", self._origin.id),
            ],
            limit=1,
        )
        if not picture:
            return ""
        [token] = picture.generate_access_token()
        return f"{base}/web/image/{picture.id}?access_token={token}"

    def _line_button_url(self, token, save=False):
        """:param bool save: note the link, for taps
        :return: address behind the button, empty without a link"""
        if not self.link_url or not self.line_button:
            return ""
        if self.line_alike:
            return self.link_url
        numbers = self._link_numbers(self.link_url, save)
        return sms_links.short_url(self._link_base(), token, numbers[self.link_url])

    @api.depends(
        *("mailing_type", "body_plaintext", "variant_ids.text", "link_url"),
        *("line_title", "line_button", "line_picture", "sample_partner_id"),
    )
    def _compute_line_preview(self):
        for mailing in self:
            mailing.line_preview = (
                mailing.mailing_type == "line"
                and mailing.recipient_choice
                and mailing._get_line_preview()
            )

    def _get_line_preview(self):
        theme = self._line_channel()._get_theme()
        partner = self.sample_partner_id._origin
        if partner:
            partner.check_access("read")
        parts = []
        for letter, text in self._message_texts().items():
            try:
                filled = self._message_template(text or "")
                if partner:
                    filled = self._render_messages(filled, partner.ids)[partner.id]
                filled = self._fill_marks(filled, SAMPLE_TOKEN, SAMPLE_CODE)
            except UserError as error:
                filled = str(error)
            notice = self._line_notice(
                f"{letter}: {filled}" if letter else filled,
                partner.lang,
                SAMPLE_TOKEN,
                self._line_button_url(SAMPLE_TOKEN),
            )
            if self.line_picture and not notice.picture:
                notice = line_flex.replace_text(
                    notice,
                    self.env._(
                        "(The picture is not shown: the address of the shop has to "
                        "begin with https://.)\n%(text)s",
                        text=notice.text,
                    ),
                )
            parts.append(line_flex.as_html(theme, notice))
        return line_flex.beside(parts)
