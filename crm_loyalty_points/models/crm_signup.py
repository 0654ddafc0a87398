from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import hmac as keyed_hash

KEPT_HOURS = 2


class CrmSignup(models.Model):
    """A form that a visitor has sent, until it is proven, and that it was done.

    What was typed is kept for as long as the code takes, and deleted as soon as the
    member is there. The token of the form makes a form that is sent twice one sign-up.
    """

    _name = "crm.signup"
    _description = "Sign-up"
    _log_access = False

    shop_id = fields.Many2one(
        "crm.shop", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True, index=True)
    token_hash = fields.Char(required=True, readonly=True)
    state = fields.Selection(
        [("draft", "To prove"), ("done", "Done")],
        required=True,
        readonly=True,
        default="draft",
    )
    typed = fields.Json(readonly=True, groups="base.group_system")
    created_at = fields.Datetime(required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index=True, ondelete="cascade"
    )

    _token_uniq = models.UniqueIndex("(shop_id, token_hash)")

    @api.model
    def _of_token(self, shop, token):
        """:return: the sign-up of a form (superuser), empty if it was never sent"""
        return self.sudo().search(
            [("shop_id", "=", shop.id), ("token_hash", "=", self._hash(token))]
        )

    @api.model
    def _keep(self, shop, token, typed):
        """Keep what was typed into a form.

        :param str token: secret of the form and the visitor
        :param dict typed: {name: list of texts}
        A form that is sent twice at the same time conflicts on the row: the second
        request is repeated by Odoo and finds the first one.

        :return: the sign-up (superuser)
        """
        self.flush_model()
        # What was typed is not part of this statement, which a lost race would log.
        self.env.cr.execute(
            SQL(
                """INSERT INTO crm_signup AS known
                       (shop_id, company_id, token_hash, state, created_at)
                   VALUES (%s, %s, %s, 'draft', %s)
              ON CONFLICT (shop_id, token_hash)
            DO UPDATE SET state = known.state""",
                shop.id,
                shop.company_id.id,
                self._hash(token),
                fields.Datetime.now(),
            )
        )
        signup = self._of_token(shop, token)
        signup.invalidate_recordset()
        if signup.state == "draft":
            signup.typed = typed
        return signup

    def _begin(self):
        """Take the sign-up to finish it. Of two requests, the second one conflicts on
        the row, is repeated by Odoo and finds it done.

        :return: whether it is this request's to finish
        """
        self.ensure_one()
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                """UPDATE crm_signup SET state = 'done'
                    WHERE id = %s AND state = 'draft' RETURNING id""",
                self.id,
            )
        )
        self.invalidate_recordset()
        return bool(rows)

    @api.model
    def _hash(self, token):
        return keyed_hash(self.env(su=True), "crm_signup", token)

    @api.autovacuum
    def _gc_signups(self):
        now = fields.Datetime.now()
        drafts = [
            ("state", "=", "draft"),
            ("created_at", "<", now - timedelta(hours=KEPT_HOURS)),
        ]
        self.search(drafts).unlink()
        done = [("state", "=", "done"), ("created_at", "<", now - timedelta(days=7))]
        self.search(done).unlink()


class CrmSignupAddress(models.Model):
    """One row for each phone number and e-mail address that signs up: two sign-ups
    with the same one at the same time conflict on it, and the second one, repeated by
    Odoo, sees the first."""

    _name = "crm.signup.address"
    _description = "Address Signing Up"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    address_hash = fields.Char(required=True, readonly=True)
    signups = fields.Integer(required=True, readonly=True)

    _address_uniq = models.UniqueIndex("(company_id, address_hash)")

    @api.model
    def _lock(self, company, addresses):
        """Let nobody else sign up with these addresses until this transaction ends."""
        for address in sorted(filter(None, addresses)):
            self.env.cr.execute(
                SQL(
                    """INSERT INTO crm_signup_address AS known
                           (company_id, address_hash, signups) VALUES (%s, %s, 1)
                  ON CONFLICT (company_id, address_hash)
                DO UPDATE SET signups = known.signups + 1""",
                    company.id,
                    keyed_hash(self.env(su=True), "crm_signup_address", address),
                )
            )
