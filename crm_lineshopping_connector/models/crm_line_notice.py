from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.crm_segments.models.res_partner_notify import PLACEHOLDER

from ..tools import line_flex, notice_texts

EDITOR = "crm_segments.crm_segments_group_editor"
VIEWER = "crm_segments.crm_segments_group_viewer"
STEERING = {"on_since", "low_id", "kind", "channel_id"}


class CrmLineNotice(models.Model):
    """A notice that members get on LINE: a switch and a text, of one account.

    Off until somebody switches it on; from then on each member hears of each event
    once, and of nothing that was before.
    """

    _name = "crm.line.notice"
    _description = "Notice on LINE"
    _order = "channel_id, sequence, id"
    _rec_name = "kind"

    sequence = fields.Integer(default=10)
    channel_id = fields.Many2one(
        "crm.line.channel",
        "Official Account",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="channel_id.company_id", store=True, index=True
    )
    kind = fields.Selection(
        [
            ("points", "Points given"),
            ("lapse", "Points about to end"),
            ("tier_up", "Higher tier"),
            ("tier_down", "Lower tier"),
            ("reward", "Code of a reward"),
        ],
        "Notice",
        required=True,
        readonly=True,
    )
    is_on = fields.Boolean("On", copy=False)
    on_since = fields.Datetime("Switched On", readonly=True, copy=False)
    low_id = fields.Integer(
        readonly=True, help="Events up to this number are told, or too old."
    )
    title = fields.Char(required=True)
    text = fields.Text(
        required=True, help="Placeholders as {call_name} are filled in for each member."
    )
    title_en = fields.Char("Title in English")
    text_en = fields.Text(
        "Text in English", help="For members whose language is English."
    )
    big = fields.Char("Shown Large", help="One thing to be seen at a glance.")
    placeholders = fields.Char(compute="_compute_placeholders")
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    preview_en = fields.Html(
        "Preview in English", compute="_compute_preview", sanitize=False
    )
    hint = fields.Char(compute="_compute_hint")
    sent_count = fields.Integer("Told", compute="_compute_sent_count")

    _kind_uniq = models.UniqueIndex("(channel_id, kind)")

    # -- texts -------------------------------------------------------------------------

    @api.depends("kind")
    def _compute_placeholders(self):
        known = self.env["res.partner"]._crm_merge_fields()
        for notice in self:
            own = notice_texts.OWN.get(notice.kind, {})
            tokens = dict.fromkeys([*own, *known])
            notice.placeholders = " ".join(f"{{{token}}}" for token in tokens)

    @api.constrains("text", "text_en", "title", "title_en", "big", "kind")
    def _check_texts(self):
        for notice in self:
            for text in notice._get_texts():
                notice._check_text(text)

    def _get_texts(self):
        texts = (self.title, self.text, self.title_en, self.text_en, self.big)
        return [text for text in texts if text]

    def _check_text(self, text):
        """:raise UserError: it has a placeholder that nobody knows"""
        own = notice_texts.OWN.get(self.kind, {})
        text = PLACEHOLDER.sub(lambda m: "" if m.group(1) in own else m.group(), text)
        self.env["res.partner"]._crm_check_placeholders(text)

    def _get_notice(self, lang, values):
        """One notice as a member sees it.

        :param str lang: of the member
        :param dict values: of the placeholders
        :return: line_flex.Notice
        """
        english = (lang or "").startswith("en") and bool(self.text_en)
        title = (self.title_en or self.title) if english else self.title
        text = self.text_en if english else self._with_word(self.text)

        def filled(text):
            return PLACEHOLDER.sub(
                lambda match: str(values.get(match.group(1)) or ""), text or ""
            )

        link = self.channel_id._get_card_link()
        label = notice_texts.BUTTON["en" if english else "th"]
        return line_flex.Notice(
            title=filled(title if english else self._with_word(title)),
            text=filled(text),
            big=filled(self.big),
            buttons=((label, link),) if link else (),
        )

    def _with_word(self, text):
        """:return: the text with the shop's own word for points"""
        shop = self.channel_id._get_shop()
        word = shop.points_word or notice_texts.USUAL_WORD
        return (text or "").replace(notice_texts.USUAL_WORD, word)

    def _resolve(self, partners):
        """:return: {partner id: {token: text}} of the placeholders that are everybody's
        and that the texts use"""
        tokens = {
            token for text in self._get_texts() for token in PLACEHOLDER.findall(text)
        }
        known = partners._crm_merge_fields()
        values = {
            token: known[token].resolve(partners) for token in tokens if token in known
        }
        return {
            id_: {token: texts.get(id_) for token, texts in values.items()}
            for id_ in partners.ids
        }

    @api.depends("kind")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for notice in self:
            notice.display_name = labels.get(notice.kind, "")

    # -- what is shown -----------------------------------------------------------------

    @api.depends("title", "text", "title_en", "text_en", "big")
    def _compute_preview(self):
        for notice in self:
            notice.preview = notice._get_preview("th_TH")
            notice.preview_en = notice.text_en and notice._get_preview("en_US")

    def _get_preview(self, lang):
        try:
            for text in self._get_texts():
                self._check_text(text)
        except UserError as error:
            return line_flex.as_html(
                self.channel_id._get_theme(), line_flex.Notice("!", str(error))
            )
        return line_flex.as_html(
            self.channel_id._get_theme(), self._get_notice(lang, self._get_sample(lang))
        )

    def _get_sample(self, lang):
        """:return: values of all placeholders, made up"""
        sample = {
            "call_name": "คุณมะลิ",
            "nickname": "Mali",
            "first_name": "Mali",
            "last_name": "Jaidee",
            "name": "Mali Jaidee",
            "member_number": "10001",
            "shop": self.channel_id._get_shop().name or self.company_id.name,
            "points": "1,250",
        }
        return {**sample, **notice_texts.OWN.get(self.kind, {})}

    def _compute_sent_count(self):
        groups = self.env["crm.line.notice.told"]._read_group(
            [("notice_id", "in", self.ids)], ["notice_id"], ["__count"]
        )
        counts = {notice.id: count for notice, count in groups}
        for notice in self:
            notice.sent_count = counts.get(notice.id, 0)

    @api.depends("kind", "is_on")
    def _compute_hint(self):
        rules = self.env["loyalty.point.notice"]._lapse_rules()
        for notice in self:
            missing = notice.kind == "lapse" and not rules
            notice.hint = missing and self.env._(
                "How many days before is set in the programme, under "
                "“Communications”: nothing is set there yet."
            )

    # -- switching ---------------------------------------------------------------------

    def write(self, vals):
        if STEERING & vals.keys() and not self.env.su:
            raise UserError(self.env._("This is counted by the system alone."))
        if vals.get("is_on"):
            for notice in self.filtered(lambda n: not n.is_on):
                notice._check_may_be_on()
                notice.sudo().write(notice._get_begin())
        return super().write(vals)

    def _check_may_be_on(self):
        if not self.sudo().channel_id.channel_id:
            raise ValidationError(
                self.env._("Connect the Official Account first, then switch this on.")
            )

    def _get_begin(self):
        """:return: values: nothing before this moment is told"""
        return {"on_since": fields.Datetime.now(), "low_id": 0}

    @api.model
    def action_open_page(self):
        """:return: the notices of the accounts, with one of each kind"""
        if not self.env.user.has_group(VIEWER):
            raise AccessError(self.env._("This page is for staff."))
        channels = self.env["crm.line.channel"].sudo()
        self.sudo()._ensure(
            channels.search([("company_id", "in", self.env.companies.ids)])
        )
        return self.env["ir.actions.act_window"]._for_xml_id(
            "crm_lineshopping_connector.crm_line_notice_action"
        )

    @api.model
    def _ensure(self, channels):
        """Make the notices that accounts do not have, switched off."""
        known = self.search([("channel_id", "in", channels.ids)])
        has = {(notice.channel_id, notice.kind) for notice in known}
        self.create(
            [
                {
                    "channel_id": channel.id,
                    "kind": kind,
                    "sequence": number * 10,
                    **ready._asdict(),
                }
                for channel in channels
                for number, (kind, ready) in enumerate(notice_texts.READY.items(), 1)
                if (channel, kind) not in has
            ]
        )

    # -- a test ------------------------------------------------------------------------

    def action_send_test(self):
        """Send the notice, with made-up figures, to the LINE account of whoever asks.

        :raise UserError: the user has linked none
        """
        self.ensure_one()
        if not self.env.user.has_group(EDITOR):
            raise AccessError(self.env._("Editors of the programme send tests."))
        self.check_access("write")
        channel = self.sudo().channel_id
        line_user = channel._get_test_user(self.env.user)
        if not line_user:
            raise UserError(
                self.env._(
                    "Your own LINE account is not known. Add the Official Account as a "
                    "friend, open the member page in LINE with your own e-mail address "
                    "or phone number, or choose an account for tests in the settings "
                    "of the Official Account."
                )
            )
        lang = line_user.partner_id.lang or self.env.lang
        notice = self.sudo()._get_notice(lang, self._get_sample(lang))
        self.env["crm.line.message"]._queue(
            [
                {
                    "channel_id": channel.id,
                    "line_user_id": line_user.id,
                    "text": f"{notice.title}\n{notice.text}",
                    "content": [line_flex.bubble(channel._get_theme(), notice)],
                    "res_model": self._name,
                    "res_id": self.id,
                }
            ]
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The test is on its way to your LINE."),
            },
        }


class CrmLineNoticeTold(models.Model):
    """That a member was told of an event, once."""

    _name = "crm.line.notice.told"
    _description = "Event Told on LINE"
    _log_access = False

    notice_id = fields.Many2one(
        "crm.line.notice", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    source_id = fields.Integer("Event", required=True, readonly=True)

    _once = models.UniqueIndex("(notice_id, source_id)")


class CrmLineChannel(models.Model):
    _inherit = "crm.line.channel"

    notice_ids = fields.One2many("crm.line.notice", "channel_id", "Notices")
    test_user_id = fields.Many2one(
        "crm.line.user",
        "Account for Tests",
        domain="[('channel_id', '=', id)]",
        ondelete="set null",
        help="Gets tests of whoever has no LINE account linked.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        channels = super().create(vals_list)
        self.env["crm.line.notice"].sudo()._ensure(channels)
        return channels

    def _get_test_user(self, user):
        """:return: crm.line.user (superuser) that tests of a user go to"""
        self.ensure_one()
        own = user.partner_id._crm_line_friends(self).get(user.partner_id.id)
        return own or self.sudo().test_user_id
