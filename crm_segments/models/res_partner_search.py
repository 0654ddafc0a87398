import re

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.modules.db import FunctionStatus
from odoo.tools import SQL
from odoo.tools.mail import single_email_re

from odoo.addons.phone_validation.models.mail_thread_phone import PHONE_REGEX_PATTERN

# What a customer is found by. One index over the joined text serves them all: in an
# OR over several columns a single one without an index would cost a full scan.
SEARCH_TEXT_FIELDS = (
    "complete_name",
    "nickname",
    "member_number",
    "ref",
    "vat",
    "email",
    "company_registry",
)
# A line end stands between the fields, so that no term matches across two of them.
SEARCH_TEXT = " || chr(10) || ".join(f"COALESCE({f}, '')" for f in SEARCH_TEXT_FIELDS)
# Thai is written without spaces: half of those who type a name leave out the one
# between first and last name.
SEARCH_TEXT += " || chr(10) || replace(COALESCE(complete_name, ''), ' ', '')"
# The same expression as the trigram index of phone_validation.
PHONE_TEXT = rf"regexp_replace((phone::text), '{PHONE_REGEX_PATTERN}'::text, ''::text, 'g'::text)"  # noqa: E501
PHONE_TERM = re.compile(r"^[+\d][\d\s./()-]*$")
# The shortest part of a number that a trigram index finds.
PHONE_TERM_LENGTH = 3
DEFAULT_CALLING_CODE = 66
# The fewest digits of a whole number (02 123 4567).
PHONE_NUMBER_LENGTH = 9


def like_text(text):
    """:return: the pattern of LIKE that means this text itself"""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _search_text_index(registry):
    if not registry.has_trigram:
        return ""
    text = SEARCH_TEXT
    if registry.has_unaccent == FunctionStatus.INDEXABLE:
        text = registry.unaccent(text)
    return f"USING gin (({text}) gin_trgm_ops)"


class ResPartner(models.Model):
    _inherit = "res.partner"

    same_phone_partner_id = fields.Many2one(
        "res.partner",
        string="Customer with Same Phone",
        compute="_compute_same_phone_partner_id",
        help="Shown so that nobody is entered twice.",
    )

    _crm_search_text_idx = models.Index(_search_text_index)
    # Who calls from this number? Also asked for each row of an import.
    _crm_phone_sanitized_idx = models.Index(
        "(phone_sanitized) WHERE phone_sanitized IS NOT NULL"
    )
    _crm_email_normalized_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )

    @api.depends("phone_sanitized", "commercial_partner_id")
    def _compute_same_phone_partner_id(self):
        for partner in self:
            others = Domain("phone_sanitized", "=", partner.phone_sanitized)
            if customer := partner._origin.commercial_partner_id:
                others &= Domain("commercial_partner_id", "!=", customer.id)
            partner.same_phone_partner_id = partner.phone_sanitized and self.search(
                others, limit=1
            )

    @api.model
    def name_create(self, name):
        """Whoever types a phone number and presses "Create" means the phone."""
        typed = self._typed_values(name)
        if "phone" in typed:
            partner = self.create(typed)
            return partner.id, partner.display_name
        return super().name_create(name)

    @api.model
    def default_get(self, fields):
        """A new customer made of a search that found nobody has what was typed."""
        values = super().default_get(fields)
        typed = self._typed_values(self.env.context.get("crm_typed"))
        return values | {fname: typed[fname] for fname in typed if fname in fields}

    @api.model
    def _typed_values(self, text):
        """:param text: what somebody typed to find a customer, or nothing
        :return: dict of what it says about a new one: phone, email or name"""
        text = (text or "").strip()
        digits = re.sub(r"\D", "", text)
        if PHONE_TERM.match(text) and len(digits) >= PHONE_NUMBER_LENGTH:
            return {"phone": text}
        if text and single_email_re.match(text):
            return {"email": text}
        return {"name": text} if text else {}

    @api.model
    def _search_display_name(self, operator, value):
        if operator in ("not like", "not ilike"):
            return NotImplemented  # the opposite of the positive search
        if operator not in ("like", "ilike") or not isinstance(value, str) or not value:
            return super()._search_display_name(operator, value)
        branches = self._crm_search_branches(value, operator)
        found = SQL(" UNION ").join(SQL("(%s)", branch) for branch in branches)
        # An array is found first, whatever follows: of a plain sub-query the planner
        # may think that enough customers in order by name will meet it, and read a
        # million of them.
        result = Domain("id", "in", SQL("(SELECT unnest(ARRAY(%s)))", found))
        # fields that other modules search by, besides those that the index holds
        others = set(self._rec_names_search) - set(SEARCH_TEXT_FIELDS)
        return result | Domain.OR(Domain(f, operator, value) for f in sorted(others))

    @api.model
    def _crm_search_branches(self, text, operator="ilike"):
        """The ways in which a text typed by the user finds customers.

        Modules that know a customer by something else (a card code, a LINE name) add
        a branch. Each has to be answered from an index: they are joined by UNION, so
        that one slow branch does not spoil the indexes of the others.

        :param str text: what was typed
        :param str operator: ``ilike`` or ``like``
        :return: list of SQL, each selecting ids of res.partner
        """
        branches = [self._crm_search_text_branch(text, operator)]
        if patterns := self._crm_phone_patterns(text):
            branches.append(self._crm_search_phone_branch(patterns))
        return branches

    @api.model
    def _crm_search_text_branch(self, text, operator):
        """Every word is found somewhere: the last name may come first."""
        unaccent = self.env.registry.unaccent
        words = [text] if PHONE_TERM.match(text.strip()) else text.split() or [text]
        like = SQL("LIKE") if operator == "like" else SQL("ILIKE")
        # the search sees what was changed in this transaction
        flush = [SQL(to_flush=self._fields[fname]) for fname in SEARCH_TEXT_FIELDS]
        return SQL(
            "SELECT id FROM res_partner WHERE %s%s",
            SQL(" AND ").join(
                SQL(
                    "%s %s %s",
                    SQL(unaccent(SEARCH_TEXT)),
                    like,
                    unaccent(SQL("%s", f"%{like_text(word)}%")),
                )
                for word in words
            ),
            SQL().join(flush),
        )

    @api.model
    def _crm_search_phone_branch(self, patterns):
        """:param patterns: what :meth:`_crm_phone_patterns` returned"""
        common, starts = patterns
        phone = SQL(PHONE_TEXT)
        # The part that all forms have in common is looked up once, the rest is checked:
        # without IS TRUE the planner would look up every form in the index.
        return SQL(
            "SELECT id FROM res_partner WHERE phone IS NOT NULL AND %s LIKE %s%s%s",
            phone,
            common,
            SQL(
                " AND (%s) IS TRUE",
                SQL(" OR ").join(SQL("%s LIKE %s", phone, like) for like in starts),
            )
            if starts
            else SQL(),
            SQL(to_flush=self._fields["phone"]),
        )

    @api.model
    def _crm_phone_patterns(self, text):
        """The LIKE patterns that find a part of a phone number however it was stored.

        081..., +6681..., 006681... and 6681... mean the same number; a part from the
        middle is looked for as it is.

        :return: None when ``text`` is no part of a number, else (pattern that the
            number without separators meets, patterns of which it meets one too or
            an empty list)
        """
        term = re.sub(PHONE_REGEX_PATTERN, "", text.strip())
        digits = term.lstrip("+")
        if not PHONE_TERM.match(text.strip()) or not digits.isdigit():
            return None
        if len(digits) < PHONE_TERM_LENGTH:
            return None
        code = self._crm_calling_code()
        prefixes = (f"+{code}", f"00{code}", code, "0")
        prefix = next((prefix for prefix in prefixes if term.startswith(prefix)), None)
        national = prefix and term[len(prefix) :]
        if not national or len(national) < PHONE_TERM_LENGTH:
            return f"%{digits}%", []
        starts = [f"{start}{national}%" for start in prefixes if start != prefix]
        return f"%{national}%", [f"%{digits}%", *starts]

    @api.model
    def _crm_calling_code(self):
        """:return: digits that numbers of the company's country begin with abroad

        By one query: reading the company, its contact and its country took longer
        than finding the customer.
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT country.phone_code
                     FROM res_company company
                     JOIN res_partner partner ON partner.id = company.partner_id
                     JOIN res_country country ON country.id = partner.country_id
                    WHERE company.id = %s%s""",
                self.env.company.id,
                SQL(to_flush=self._fields["country_id"]),
            )
        )
        return str((rows and rows[0][0]) or DEFAULT_CALLING_CODE)

    @api.model
    def _search_panel_domain_image(
        self, field_name, domain, set_count=False, limit=False
    ):
        """The tabs of the Customers app (X6): all groups in a fixed order, counted by
        one query, since the group is a figure of the current company and no column."""
        if field_name != "customer_lifecycle":
            return super()._search_panel_domain_image(
                field_name, domain, set_count=set_count, limit=limit
            )
        counts = self._customer_lifecycle_counts(domain)
        labels = self._fields[field_name]._description_selection(self.env)
        return {
            key: {"id": key, "display_name": label, "__count": counts[key]}
            for key, label in labels
        }
