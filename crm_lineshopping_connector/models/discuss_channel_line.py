import base64
from html import escape

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.mail.tools.discuss import Store

OFFICER = "crm_segments.crm_segments_group_officer"
VIEWER = "crm_segments.crm_segments_group_viewer"
# What only the conversation itself writes.
OWN_FIELDS = ("line_user_id", "line_company_id", "line_assigned_id", "line_waiting_at")
AVATAR = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128">
<rect width="128" height="128" rx="20" fill="#06803a"/>
<text x="64" y="84" font-size="60" font-family="sans-serif" font-weight="bold"
 fill="#ffffff" text-anchor="middle">%s</text></svg>"""


def is_line(channel):
    """:return: whether a channel of Discuss is a conversation on LINE"""
    return channel.channel_type == "line"


class DiscussChannel(models.Model):
    """Conversations with customers on LINE, one for each LINE account.

    Members are the staff who answer: one person who has taken it over, or else the team
    of the Official Account. The customer is no member: what the customer writes comes
    as messages of a guest, and nothing here is ever mailed.
    """

    _inherit = "discuss.channel"

    channel_type = fields.Selection(
        selection_add=[("line", "LINE chat")], ondelete={"line": "cascade"}
    )
    line_user_id = fields.Many2one(
        "crm.line.user", "LINE Account", readonly=True, ondelete="set null"
    )
    line_company_id = fields.Many2one(
        "res.company", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    line_partner_id = fields.Many2one(related="line_user_id.partner_id")
    line_friend_state = fields.Selection(related="line_user_id.friend_state")
    line_assigned_id = fields.Many2one(
        "res.users",
        "Answered By",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Nobody: the whole team of the Official Account is told.",
    )
    line_waiting_at = fields.Datetime(
        "Waiting Since",
        readonly=True,
        help="The customer wrote then and nobody has answered yet.",
    )
    line_last_text = fields.Char("Last Message", compute="_compute_line_last_text")

    _line_user_uniq = models.UniqueIndex(
        "(line_user_id) WHERE line_user_id IS NOT NULL"
    )
    _line_waiting_idx = models.Index(
        "(line_company_id, line_waiting_at) WHERE line_waiting_at IS NOT NULL"
    )

    # -- who may -------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(
            vals.get("channel_type") == "line" or set(OWN_FIELDS) & set(vals)
            for vals in vals_list
        ):
            raise AccessError(self.env._("Conversations on LINE begin by themselves."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and set(OWN_FIELDS) & set(vals):
            raise AccessError(self.env._("Use the buttons of the conversation."))
        return super().write(vals)

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """Viewers read; whoever answers is an officer."""
        operations = super()._mail_get_operation_for_mail_message_operation(
            message_operation
        )
        if message_operation == "create" and not self._may_answer_line():
            for channel in self.sudo().filtered(is_line):
                # nobody but administrators may do this to a channel
                operations[channel.with_env(self.env)] = "unlink"
        return operations

    @api.model
    def _may_answer_line(self):
        """The user, not the rights: Discuss posts for its users as superuser."""
        user = self.env.user
        return user._is_public() and self.env.su or user.has_group(OFFICER)

    def _check_line_officer(self):
        if not self.env.user.has_group(OFFICER):
            raise AccessError(self.env._("Officers answer customers."))
        self.check_access("read")

    def _line_may_join(self, partners):
        """:return: those of the partners who may be members of this conversation:
        staff of the company who may see customers"""
        self.ensure_one()
        company = self.sudo().line_company_id
        return partners.filtered(
            lambda partner: any(
                user._is_internal()
                and user.has_group(VIEWER)
                and company in user.company_ids
                for user in partner.sudo().user_ids
            )
        )

    # -- the conversation ----------------------------------------------------------

    @api.model
    def _line_conversation(self, line_user):
        """:param line_user: crm.line.user
        :return: discuss.channel (superuser) with this LINE account, made when there is
            none"""
        line_user = line_user.sudo()
        found = self.sudo().search([("line_user_id", "=", line_user.id)], limit=1)
        if found:
            return found
        # as the public user: Discuss makes whoever creates a channel its member
        public = self.env.ref("base.public_user")
        channel = self.with_user(public).sudo().with_context(lang=None)
        channel = channel.create(
            {
                "name": line_user._get_chat_name(),
                "channel_type": "line",
                "line_user_id": line_user.id,
                "line_company_id": line_user.company_id.id,
            }
        )
        return self.sudo().browse(channel.id)

    def _add_line_team(self):
        """Whoever is to be told of what the customer writes becomes a member."""
        self.ensure_one()
        channel = self.sudo()
        users = channel.line_assigned_id or channel._get_line_team()
        partners = channel._line_may_join(users.partner_id)
        missing = partners - channel.channel_member_ids.partner_id
        if missing:
            public = self.env.ref("base.public_user")
            channel.with_user(public).sudo()._add_members(
                partners=missing, post_joined_message=False
            )

    def _get_line_team(self):
        """:return: res.users who answer when nobody has taken over"""
        return self.sudo().line_user_id.channel_id._get_chat_team()

    def _post_line(self, body, **values):
        """Post what the customer wrote.

        :param Markup body:
        :return: mail.message"""
        self.ensure_one()
        guest = self.sudo().line_user_id._get_chat_guest()
        public = self.env.ref("base.public_user")
        channel = self.with_user(public).sudo()
        channel = channel.with_context(guest=guest.with_user(public), lang=None)
        return channel.message_post(
            body=body,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **values,
        )

    def _compute_line_last_text(self):
        """The text of the last message of each, for lists."""
        texts = {}
        if ids := self.filtered(is_line).ids:
            self.env["crm.line.message"].flush_model()
            rows = self.env.execute_query(
                SQL(
                    """SELECT channel.id, last.text
                         FROM discuss_channel channel
                   CROSS JOIN LATERAL (
                              SELECT left(text, 200) AS text FROM crm_line_message
                               WHERE line_user_id = channel.line_user_id
                                 AND purpose = 'chat'
                            ORDER BY id DESC LIMIT 1) AS last
                        WHERE channel.id = ANY(%s)""",
                    ids,
                )
            )
            texts = dict(rows)
        for channel in self:
            channel.line_last_text = texts.get(channel.id, False)

    def _generate_avatar(self):
        if not is_line(self):
            return super()._generate_avatar()
        letter = (self.name or "?").strip()[:1].upper() or "?"
        return base64.b64encode((AVATAR % escape(letter)).encode())

    # -- who answers ---------------------------------------------------------------

    def action_line_assign(self, user_id=None):
        """Say who answers this conversation from now on; the others are told no more.

        :param user_id: of res.users; nothing: the team again
        """
        self.ensure_one()
        self._check_line_officer()
        channel = self.sudo()
        if not is_line(channel):
            raise UserError(self.env._("This is no conversation on LINE."))
        user = self.env["res.users"].sudo().browse(user_id or [])
        if user and not (
            user.has_group(OFFICER) and channel._line_may_join(user.partner_id)
        ):
            raise UserError(
                self.env._("%(user)s cannot answer for this shop.", user=user.name)
            )
        if user == channel.line_assigned_id:
            return True
        channel.line_assigned_id = user
        channel._add_line_team()
        if user:
            others = channel.channel_member_ids.partner_id - user.partner_id
            for partner in others - self.env.user.partner_id:
                channel._action_unfollow(partner, post_leave_message=False)
        words = (
            self.env._("%(name)s answers now.", name=user.name)
            if user
            else self.env._("The team answers now.")
        )
        channel.message_post(
            body=words, message_type="notification", subtype_xmlid="mail.mt_comment"
        )
        channel._send_line_chat()
        if user and user != self.env.user:
            mine = channel.channel_member_ids.filtered(
                lambda member: member.partner_id == self.env.user.partner_id
            )
            if mine:
                channel._action_unfollow(
                    self.env.user.partner_id, post_leave_message=False
                )
        return True

    def action_line_open(self):
        """:return: action that opens the conversation in Discuss; an officer who opens
        it stands among its members, and sees what comes"""
        self.ensure_one()
        self.check_access("read")
        partner = self.env.user.partner_id
        if self.env.user.has_group(OFFICER) and not self.is_member:
            channel = self.sudo()
            if not channel.line_assigned_id and channel._line_may_join(partner):
                channel._add_members(partners=partner, post_joined_message=False)
        return {
            "type": "ir.actions.client",
            "tag": "mail.action_discuss",
            "name": self.env._("LINE Chats"),
            "context": {"active_id": f"discuss.channel_{self.id}"},
            "params": {"active_id": f"discuss.channel_{self.id}"},
        }

    def action_line_customer(self):
        """:return: action of the customer's page, or of saying who it is"""
        self.ensure_one()
        self.check_access("read")
        partner = self.line_partner_id
        if not partner:
            return self.line_user_id.action_choose_customer()
        form = self.env.ref("crm_segments.res_partner_view_form_customer")
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": partner.id,
            "views": [(form.id, "form")],
        }

    # -- what the browser knows ----------------------------------------------------

    def _get_line_chat(self):
        """:return: dict of what stands above the box to write in"""
        self.ensure_one()
        channel = self.sudo()
        line_user = channel.line_user_id
        partner, user = line_user.partner_id, channel.line_assigned_id
        return {
            "partner": {"id": partner.id, "name": partner.display_name or ""},
            "assigned": {"id": user.id, "name": user.name or ""},
            "team": [
                {"id": member.id, "name": member.name}
                for member in channel._get_line_team()
            ],
            "problem": channel._get_line_problem(),
            "left": line_user.channel_id._get_chat_left() if line_user else None,
        }

    def _get_line_problem(self):
        """:return: why nothing can be sent, as a word for the browser, or False"""
        line_user = self.sudo().line_user_id
        if not line_user or not line_user.channel_id.active:
            return "gone"
        if line_user.friend_state == "blocked":
            return "blocked"
        if line_user.channel_id._get_chat_left() == 0:
            return "quota"
        return False

    def _send_line_chat(self):
        """Tell all who look at the conversation what has changed around it."""
        for channel in self.sudo().filtered(is_line):
            Store(bus_channel=channel).add(
                channel, [Store.Attr("line_chat", lambda c: c._get_line_chat())]
            ).bus_send()

    def _to_store_defaults(self, target):
        return [
            *super()._to_store_defaults(target),
            Store.Attr(
                "line_chat", lambda channel: channel._get_line_chat(), predicate=is_line
            ),
            Store.Attr(
                "avatar_cache_key",
                lambda channel: channel.avatar_cache_key,
                predicate=is_line,
            ),
        ]

    @api.model
    def _line_domain(self):
        """:return: Domain of the conversations of the current companies"""
        return Domain("channel_type", "=", "line") & Domain(
            "line_company_id", "in", self.env.companies.ids
        )

    @api.model
    def action_line_chats(self):
        """:return: action of the list of conversations"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_lineshopping_connector.discuss_channel_action_line"
        )
        return {**action, "domain": list(self._line_domain())}
