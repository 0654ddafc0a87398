from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

OFFICER = "crm_segments.crm_segments_group_officer"


class CrmLineUser(models.Model):
    """Which customer a LINE account is: proven by the customer, or said by staff.

    A LINE account is one customer's at a time; a customer may have several accounts.
    """

    _inherit = "crm.line.user"

    # -- for other code ----------------------------------------------------------------

    def _link(self, partner):
        """Know from now on that this LINE account is a customer's. The caller has
        checked the proof.

        :param partner: res.partner, or a contact of the customer
        :return: whether it was not known before
        :raise UserError: the account is another customer's, or this one cannot have it
        """
        self.ensure_one()
        line_user = self.sudo()
        partner = partner.sudo().commercial_partner_id
        line_user._check_linkable(partner)
        linked_to = line_user._lock_link()
        if linked_to == partner:
            return False
        if linked_to.active:
            raise UserError(
                self.env._(
                    "This LINE account belongs to another customer. Unlink it there "
                    "first."
                )
            )
        line_user.write({"partner_id": partner.id, "linked_at": fields.Datetime.now()})
        partner._message_log(
            body=self.env._("LINE account linked: %(name)s", name=self.display_name)
        )
        line_user._after_link()
        return True

    def _unlink_customer(self):
        """Forget which customer these accounts are. Phones and browsers that were
        signed in through them are signed out."""
        for line_user in self.sudo():
            partner = line_user._lock_link()
            if not partner:
                continue
            line_user.write({"partner_id": False, "linked_at": False})
            line_user._end_devices()
            partner._message_log(
                body=self.env._(
                    "LINE account unlinked: %(name)s", name=line_user.display_name
                )
            )
            line_user._after_unlink(partner)

    def _after_link(self):
        """Hook: what waits for this LINE account to be somebody's."""

    def _after_unlink(self, partner):
        """Hook. :param partner: res.partner whose account this was"""

    def _lock_link(self):
        """Of two who link or unlink the same account, the second one conflicts here, is
        repeated by Odoo and sees what the first did.

        :return: res.partner that it is linked to
        """
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """UPDATE crm_line_user SET write_date = %s WHERE id = %s
                   RETURNING partner_id""",
                fields.Datetime.now(),
                self.id,
            )
        )
        self.invalidate_recordset(["partner_id", "write_date"])
        return self.env["res.partner"].sudo().browse(filter(None, rows[0]))

    def _check_linkable(self, partner):
        """:raise UserError: this customer can have no LINE account here"""
        allowed = (False, *self.company_id.parent_ids.ids)
        if partner.crm_erased_at or not partner.active:
            raise UserError(self.env._("This customer is not active any more."))
        if partner.company_id.id not in allowed:
            raise UserError(self.env._("This customer belongs to another company."))

    def _end_devices(self):
        devices = self.env["crm.member.device"].sudo()
        devices.search([("line_user_id", "in", self.ids)]).unlink()

    # -- by staff ----------------------------------------------------------------------

    def _check_officer(self):
        if not self.env.user.has_group(OFFICER):
            raise AccessError(
                self.env._("Only officers of the customers app link LINE accounts.")
            )
        self.check_access("read")

    def action_unlink(self):
        """Staff: this account is not the customer's (any more)."""
        self._check_officer()
        self._unlink_customer()

    def action_choose_customer(self):
        """:return: action of the small form where staff choose the customer"""
        self.ensure_one()
        self._check_officer()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Whose LINE Account Is This?"),
            "res_model": "crm.line.user.link",
            "view_mode": "form",
            "target": "new",
            "context": {"default_line_user_id": self.id},
        }

    def action_open_customer(self):
        """:return: action of the customer's page"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "views": [
                (self.env.ref("crm_segments.res_partner_view_form_customer").id, "form")
            ],
        }
