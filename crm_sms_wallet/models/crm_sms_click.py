from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import user_agents

# Of one message: whoever taps more often is counted already.
MOST_PER_MESSAGE = 100


class CrmSmsClick(models.Model):
    """Taps on links in messages. Rows are only added.

    Neither address nor browser of the visitor is kept: whether it was a person or a
    program is decided at once.
    """

    _name = "crm.sms.click"
    _description = "Tap on a Link"
    _order = "clicked_at desc, id desc"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    link_id = fields.Many2one(
        "crm.sms.link", required=True, readonly=True, index=True, ondelete="cascade"
    )
    mailing_id = fields.Many2one(
        "mailing.mailing", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    delivery_id = fields.Many2one(
        "sms.delivery", "Message", readonly=True, index=True, ondelete="cascade"
    )
    clicked_at = fields.Datetime("Time", required=True, readonly=True)
    kind = fields.Selection(
        [("human", "Person"), ("bot", "Program")], required=True, readonly=True
    )

    @api.model
    def _note(self, delivery, link, headers, method="GET"):
        """Add a tap to the log.

        :param headers: of the request; only what sort of program it is, is used
        :return: the row; none when a message was tapped very often
        """
        clicks = self.sudo()
        if clicks.search_count([("delivery_id", "=", delivery.id)]) >= MOST_PER_MESSAGE:
            return clicks.browse()
        kind = "bot" if user_agents.is_program(headers, method) else "human"
        if kind == "human":
            self._tell_trace(delivery)
        return clicks.create(
            {
                "company_id": delivery.company_id.id,
                "link_id": link.id,
                "mailing_id": delivery.mailing_id.id,
                "delivery_id": delivery.id,
                "clicked_at": fields.Datetime.now(),
                "kind": kind,
            }
        )

    @api.model
    def _tell_trace(self, delivery):
        """Odoo's own figures of the mailing know the first tap, too."""
        trace = self.env["mailing.trace"].sudo().browse(delivery.trace_id or [])
        if trace.exists() and not trace.links_click_datetime:
            trace.set_clicked()

    def write(self, vals):
        raise UserError(self.env._("Taps are a log: rows are only added."))
