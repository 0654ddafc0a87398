from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.client_values import without_defaults

# In whose name an action works changes with these.
CONTENT = {
    *("event", "kind", "tag_ids", "channel", "subject", "text", "purpose"),
    *("server_action_id", "segment_id"),
}


class CrmSegmentAction(models.Model):
    """What is done for customers who enter or leave a segment: once each time, in the
    name of whoever set it up."""

    _name = "crm.segment.action"
    _description = "Action of a Segment"
    _order = "segment_id, sequence, id"
    _rec_name = "kind"

    segment_id = fields.Many2one(
        "crm.segment", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="segment_id.company_id")
    sequence = fields.Integer(default=10)
    enabled = fields.Boolean("On", default=True)
    event = fields.Selection(
        [("enter", "A customer enters"), ("leave", "A customer leaves")],
        "When",
        required=True,
        default="enter",
    )
    kind = fields.Selection(
        [
            ("tag_add", "Add tags"),
            ("tag_remove", "Remove tags"),
            ("message", "Send a message"),
            ("server", "Run a server action"),
        ],
        "What Is Done",
        required=True,
        default="tag_add",
    )
    tag_ids = fields.Many2many("res.partner.category", string="Tags")
    channel = fields.Selection(selection="_selection_channel")
    subject = fields.Char()
    text = fields.Text(
        help="May have placeholders: {nickname}, {first_name}, {shop}, and others."
    )
    purpose = fields.Selection(
        selection="_selection_purpose",
        default="marketing_sms",
        help="Only customers who agreed to it get the message.",
    )
    server_action_id = fields.Many2one(
        "ir.actions.server",
        domain=[("model_id.model", "=", "res.partner")],
        groups="base.group_system",
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        "res.users", "In the Name Of", required=True, readonly=True
    )
    error_message = fields.Char("Last Failure", readonly=True, copy=False)

    @api.model
    def _selection_channel(self):
        channels = self.env["res.partner"]._crm_notify_channels()
        return [(key, channel.label) for key, channel in channels.items()]

    @api.model
    def _selection_purpose(self):
        purposes = self.env["crm.consent"]._fields["purpose"]
        return purposes._description_selection(self.env)

    @api.constrains("kind", "tag_ids", "channel", "text", "purpose", "server_action_id")
    def _check_content(self):
        for action in self.sudo():
            if missing := action._missing_content():
                raise ValidationError(
                    self.env._(
                        "An action of %(segment)s lacks something: %(missing)s.",
                        segment=action.segment_id.name,
                        missing=missing,
                    )
                )
            if action.kind == "message":
                self.env["res.partner"]._crm_check_placeholders(action.text)

    def _missing_content(self):
        """:return: what this kind of action cannot do without, "" when it is there"""
        if self.kind in ("tag_add", "tag_remove"):
            return "" if self.tag_ids else self.env._("tags")
        if self.kind == "message":
            complete = self.channel and self.text and self.purpose
            return "" if complete else self.env._("channel, purpose and text")
        if self.server_action_id:
            return ""
        return self.env._("the server action, which an administrator chooses")

    @api.model_create_multi
    def create(self, vals_list):
        named = [{**vals, "user_id": self.env.uid} for vals in vals_list]
        clean = without_defaults(self, {"user_id", "error_message"})
        return super(CrmSegmentAction, clean).create(named)

    def write(self, vals):
        if CONTENT & vals.keys() or "user_id" in vals:
            vals = {**vals, "user_id": self.env.uid, "error_message": False}
        return super().write(vals)

    def _run(self, partners):
        """Do this for customers; all of it or nothing.

        :param partners: res.partner, any environment
        """
        self.ensure_one()
        company = self.company_id
        partners = partners.with_user(self.user_id).with_company(company)
        partners = partners.with_context(
            allowed_company_ids=company.ids, lang=self.user_id.lang
        )
        getattr(self, f"_run_{self.kind}")(partners)
        self.env.flush_all()

    def _run_tag_add(self, partners):
        partners.write({"category_id": [(4, tag_id) for tag_id in self.tag_ids.ids]})

    def _run_tag_remove(self, partners):
        partners.write({"category_id": [(3, tag_id) for tag_id in self.tag_ids.ids]})

    def _run_message(self, partners):
        """Whoever was archived has left, and is not written to."""
        alive = partners.filtered("active")
        if alive:
            alive._crm_notify(
                self.channel,
                self.text,
                subject=self.subject or self.segment_id.name,
                purpose=self.purpose,
            )

    def _run_server(self, partners):
        action = self.server_action_id.with_env(partners.env).with_context(
            active_model="res.partner",
            active_ids=partners.ids,
            active_id=partners[:1].id,
        )
        action.run()
