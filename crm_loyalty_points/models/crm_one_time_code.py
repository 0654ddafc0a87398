import hmac
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import hmac as keyed_hash

VALID_MINUTES = 5
MAX_TRIES = 5
RESEND_SECONDS = 60
DIGITS = 6
THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


class CrmOneTimeCode(models.Model):
    """A code sent to a phone number or e-mail address, to prove that it is one's own.

    Neither the code nor the address nor the visitor is kept: only keyed hashes of
    them. A code opens one thing (the subject) for one purpose to the visitor who asked
    for it, once, for some minutes and a few tries.
    """

    _name = "crm.one.time.code"
    _description = "One-Time Code"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    purpose = fields.Char(required=True, readonly=True)
    visitor_hash = fields.Char(
        required=True, readonly=True, help="Of the visitor's session and the subject."
    )
    salt = fields.Char(required=True, readonly=True)
    code_hash = fields.Char(required=True, readonly=True)
    issued_at = fields.Datetime(required=True, readonly=True)
    valid_until = fields.Datetime(required=True, readonly=True)
    tries = fields.Integer(required=True, readonly=True)
    used_at = fields.Datetime(readonly=True)

    _visitor_uniq = models.UniqueIndex("(company_id, purpose, visitor_hash)")
    _age_idx = models.Index("(valid_until)")

    @api.model
    def _issue(self, company, purpose, visitor, subject):
        """Make a code; the one before for the same ends.

        Two requests at once give one code: the second one conflicts on the row, is
        repeated by Odoo and then finds a fresh code.

        :param company: res.company in whose pages
        :param str purpose: what the code is for: ``login``, ``join``...
        :param str visitor: secret key of the visitor's session
        :param str subject: what is proven: the address, and whatever it shall open
        :return: the code, shown this once; "" when the last one is too fresh
        """
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        salt = secrets.token_hex(16)
        now = fields.Datetime.now()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """INSERT INTO crm_one_time_code AS known
                       (company_id, purpose, visitor_hash, salt, code_hash,
                        issued_at, valid_until, tries)
                   VALUES (%s, %s, %s, %s, %s, %s, %s, 0)
              ON CONFLICT (company_id, purpose, visitor_hash) DO UPDATE
                      SET salt = excluded.salt, code_hash = excluded.code_hash,
                          issued_at = excluded.issued_at,
                          valid_until = excluded.valid_until,
                          tries = 0, used_at = NULL
                    WHERE known.issued_at <= %s
                RETURNING id""",
                company.id,
                purpose,
                self._visitor_hash(purpose, visitor, subject),
                salt,
                self._code_hash(salt, code),
                now,
                now + timedelta(minutes=VALID_MINUTES),
                now - timedelta(seconds=RESEND_SECONDS),
            )
        )
        self.invalidate_model()
        return code if rows else ""

    @api.model
    def _check(self, company, purpose, visitor, subject, text):
        """Try a code. Each try counts, also among requests at the same time.

        :param str text: as typed; spaces and Thai digits are understood
        :return: whether it is right; a right code is used up by this
        """
        now = fields.Datetime.now()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """UPDATE crm_one_time_code SET tries = tries + 1
                    WHERE company_id = %s AND purpose = %s AND visitor_hash = %s
                      AND used_at IS NULL AND valid_until > %s AND tries < %s
                RETURNING id, salt, code_hash""",
                company.id,
                purpose,
                self._visitor_hash(purpose, visitor, subject),
                now,
                MAX_TRIES,
            )
        )
        self.invalidate_model()
        # Without a row the same work is done, for nothing.
        id_, salt, expected = rows[0] if rows else (0, "0" * 32, "0" * 64)
        digits = "".join((text or "").translate(THAI_DIGITS).split())
        given = self._code_hash(salt, digits)
        right = hmac.compare_digest(given, expected) and bool(rows)
        if right:
            self.sudo().browse(id_).used_at = now
        return right

    @api.model
    def _visitor_hash(self, purpose, visitor, subject):
        return keyed_hash(
            self.env(su=True), f"crm_one_time_code {purpose}", (visitor, subject)
        )

    @api.model
    def _code_hash(self, salt, code):
        return keyed_hash(self.env(su=True), f"crm_one_time_code {salt}", code)

    @api.autovacuum
    def _gc_codes(self):
        limit = fields.Datetime.now() - timedelta(days=1)
        self.env.cr.execute(
            SQL("DELETE FROM crm_one_time_code WHERE valid_until < %s", limit)
        )
