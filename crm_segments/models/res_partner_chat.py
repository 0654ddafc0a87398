from odoo import api, fields, models
from odoo.tools import html2plaintext, plaintext2html


class ResPartner(models.Model):
    """What is done with a customer from a row of a list."""

    _inherit = "res.partner"

    note_text = fields.Text(
        "Note",
        compute="_compute_note_text",
        inverse="_inverse_note_text",
        help="The notes on the contact as plain text.",
    )

    @api.depends("comment")
    def _compute_note_text(self):
        for partner in self:
            comment = partner.comment
            partner.note_text = comment and html2plaintext(comment).strip()

    def _inverse_note_text(self):
        for partner in self:
            text = partner.note_text
            partner.comment = text and plaintext2html(text)

    def _get_chat_action(self):
        """Where to talk to this customer; modules of chat channels answer.

        :return: dict of an action, or None when the customer has no chat here
        """
        return None

    def action_open_chat(self):
        """:return: action of the customer's conversation; without one, of what was
        sent to the customer and came from there by any channel"""
        self.ensure_one()
        return self._get_chat_action() or {
            "type": "ir.actions.act_window",
            "name": self.env._("Contact with %(name)s", name=self.display_name),
            "res_model": "crm.contact.history",
            "views": [(False, "list"), (False, "kanban")],
            "domain": [("partner_id", "child_of", self.ids)],
            "help": self.env._(
                "Nothing was written yet. As soon as a chat channel is connected, the "
                "conversation opens here."
            ),
        }
