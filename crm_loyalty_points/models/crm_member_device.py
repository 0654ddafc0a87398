import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models

# A device that a member wants to be known on stays known for this long unused.
REMEMBERED_DAYS = 90
# When last used is noted at most this often: a page view is no write.
NOTED_MINUTES = 60
LABEL_LENGTH = 80


class CrmMemberDevice(models.Model):
    """A phone or browser on which a member has proven who he is.

    The device holds a random token; here is only its hash. Ending the record (by the
    member, by staff, when data is erased) signs the device out.
    """

    _name = "crm.member.device"
    _description = "Member's Device"
    _order = "last_used_at desc, id desc"
    _rec_name = "label"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner",
        "Member",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    token_hash = fields.Char(required=True, readonly=True, groups="base.group_system")
    label = fields.Char(readonly=True, help="What the browser says it is.")
    created_at = fields.Datetime("Signed In", required=True, readonly=True)
    last_used_at = fields.Datetime("Last Used", required=True, readonly=True)
    valid_until = fields.Datetime(required=True, readonly=True)

    _token_uniq = models.UniqueIndex("(token_hash)")

    @api.model
    def _remember(self, partner, company, label=""):
        """Know a device from now on.

        :param partner: res.partner who has proven who he is
        :param company: res.company in whose pages
        :param str label: the browser's name of itself
        :return: (device (superuser), token): the token is shown this once
        """
        token = secrets.token_urlsafe(32)
        now = fields.Datetime.now()
        device = self.sudo().create(
            {
                "partner_id": partner.id,
                "company_id": company.id,
                "token_hash": self._hash(token),
                "label": (label or "")[:LABEL_LENGTH],
                "created_at": now,
                "last_used_at": now,
                "valid_until": now + timedelta(days=REMEMBERED_DAYS),
            }
        )
        return device, token

    @api.model
    def _recognise(self, company, token):
        """:return: the device (superuser) with this token that is known in the
        company's pages, empty if there is none or it was unused for too long"""
        device = self.sudo().browse()
        if token:
            device = device.search(
                [
                    ("token_hash", "=", self._hash(token)),
                    ("company_id", "=", company.id),
                    ("valid_until", ">", fields.Datetime.now()),
                ],
                limit=1,
            )
        return device

    def _note_use(self):
        """Keep a device that is in use known."""
        now = fields.Datetime.now()
        for device in self:
            if device.last_used_at <= now - timedelta(minutes=NOTED_MINUTES):
                device.write(
                    {
                        "last_used_at": now,
                        "valid_until": now + timedelta(days=REMEMBERED_DAYS),
                    }
                )

    def action_end(self):
        """Sign the device out; its user must prove again who he is."""
        self.check_access("unlink")
        self.sudo().unlink()

    @api.model
    def _hash(self, token):
        # The token is random and long: a plain hash cannot be turned back by trying.
        return hashlib.sha256(token.encode()).hexdigest()

    @api.autovacuum
    def _gc_devices(self):
        self.search([("valid_until", "<", fields.Datetime.now())]).unlink()
