import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models

from .crm_staff_invitation import TOKEN_BYTES

PROOF_HOURS = 24
# Who asked and never came back is forgotten after this many days.
KEPT_DAYS = 30
# Mails that one link causes per person it is for: a leaked link sends no floods.
ASKS_PER_USE = 5


class CrmStaffJoin(models.Model):
    """Somebody asked to join by a link; the mail to the address given holds a proof
    that turns this into an account. Only a hash of the proof is kept."""

    _name = "crm.staff.join"
    _description = "Request to Join the Staff"
    _order = "id desc"
    _log_access = False

    invitation_id = fields.Many2one(
        "crm.staff.invitation",
        "Link",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="invitation_id.company_id", store=True)
    name = fields.Char(required=True, readonly=True)
    email = fields.Char(required=True, readonly=True)
    proof_hash = fields.Char(required=True, readonly=True, groups="base.group_system")
    asked_at = fields.Datetime(required=True, readonly=True)
    valid_until = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        [("asked", "Mail sent"), ("joined", "Joined"), ("known", "Had an account")],
        required=True,
        readonly=True,
        default="asked",
    )
    staff_id = fields.Many2one("crm.branch.staff", readonly=True, ondelete="set null")

    _proof_uniq = models.UniqueIndex("(proof_hash)")

    @api.model
    def _ask(self, invitation, name, email):
        """Note the request and send the mail. What the visitor sees is the same
        whether the address has an account or not.

        :param invitation: open crm.staff.invitation (superuser)
        :param str email: normalised
        :return: False when the link has caused too many mails already"""
        if len(invitation.join_ids) >= invitation.max_uses * ASKS_PER_USE:
            return False
        proof = secrets.token_urlsafe(TOKEN_BYTES)
        known = bool(self.env["crm.branch.staff"]._account_of(email))
        now = fields.Datetime.now()
        join = self.sudo().create(
            {
                "invitation_id": invitation.id,
                "name": name,
                "email": email,
                "proof_hash": self._hash(proof),
                "asked_at": now,
                "valid_until": now + timedelta(hours=PROOF_HOURS),
                "state": "known" if known else "asked",
            }
        )
        invitation._log("asked", person=name, login=email)
        join._send_proof(proof)
        return True

    def _send_proof(self, proof):
        """Send the mail, in the language of the company."""
        company = self.company_id
        lang = company.partner_id.lang or self.env.lang
        join = self.with_context(lang=lang)
        link = f"{company.get_base_url()}/staff/confirm/{proof}"
        values = {"join": join, "company": company, "link": link}
        body = join.env["ir.qweb"]._render("crm_segments.staff_join_mail", values)
        subject = join.env._("Join %(shop)s", shop=company.name)
        mail = self.env["mail.mail"].sudo()
        mail.create(
            {
                "subject": subject,
                "body_html": body,
                "email_to": self.email,
                "email_from": self._sender(),
                "auto_delete": True,
            }
        ).send()

    def _sender(self):
        """:return: the address of the shop, else of who made the link, else of the
        mail server"""
        server = self.env["ir.mail_server"].sudo()
        return (
            self.company_id.email_formatted
            or self.invitation_id.create_uid.email_formatted
            or server._get_default_from_address()
        )

    @api.model
    def _by_proof(self, proof):
        """:return: the waiting request (superuser) whose link is still open, empty
        for any other"""
        join = self.sudo()
        if proof:
            join = join.search([("proof_hash", "=", self._hash(proof))])
        now = fields.Datetime.now()
        return join.filtered(
            lambda j: (
                j.state == "asked"
                and j.valid_until > now
                and j.invitation_id.state == "open"
            )
        )

    def _join(self):
        """Make the account, the e-mail address being proven.

        :return: where the person sets the password, None when somebody else was
            faster or has that address by now"""
        staff = self.env["crm.branch.staff"]
        invitation = self.invitation_id
        if staff._account_of(self.email) or not invitation._take_one():
            return None
        made = staff._admit(
            [(self.name, self.email)],
            invitation.role,
            invitation.branch_ids,
            invitation.company_id,
            "joined",
        )
        self.write({"state": "joined", "staff_id": made.id})
        return made._invitation_link()

    @api.model
    def _hash(self, proof):
        return hashlib.sha256(proof.encode()).hexdigest()

    @api.autovacuum
    def _gc_joins(self):
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.search([("asked_at", "<", limit), ("state", "!=", "joined")]).unlink()
