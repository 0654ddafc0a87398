from ast import literal_eval

from psycopg2.errors import QueryCanceled

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, mute_logger

from ..tools.domain_list import joined

# Nobody waits longer for a count while typing.
COUNT_SECONDS = 2
# Stored fields in which no criteria are entered.
OTHER_FIELDS = {
    *("parent_id", "block_ids", "joiner", "segment_name"),
    *models.MAGIC_COLUMNS,
}


class CrmCustomerSearch(models.TransientModel):
    """Advanced search: a form to fill in instead of conditions to build."""

    _name = "crm.customer.search"
    _description = "Advanced Search"

    parent_id = fields.Many2one(
        "crm.customer.search", "First Criteria", index=True, ondelete="cascade"
    )
    block_ids = fields.One2many("crm.customer.search", "parent_id", "More Criteria")
    joiner = fields.Selection(
        [("and", "and also"), ("or", "or"), ("not", "but not")],
        "How They Go On",
        required=True,
        default="and",
        help="And also: of the customers found so far only those who meet this, too. "
        "Or: these customers as well. But not: without these customers.",
    )
    sentence = fields.Char("In Words", compute="_compute_sentence")
    domain = fields.Char("Conditions", compute="_compute_domain")
    customer_count = fields.Integer(
        "Customers Found",
        compute="_compute_customer_count",
        help="-1 when there are too many orders to count them while you type.",
    )
    segment_name = fields.Char("Name of the Segment")

    @api.model
    def _criteria_fields(self):
        """:return: names of the fields in which criteria are entered"""
        return [
            name
            for name, field in self._fields.items()
            if field.store and name not in OTHER_FIELDS
        ]

    @api.model
    def _search_fields(self):
        """:return: what everything computed here depends on"""
        names = self._criteria_fields()
        return [*names, *(f"block_ids.{name}" for name in ("joiner", *names))]

    @api.depends(lambda self: self._search_fields())
    @api.depends_context("company")
    def _compute_domain(self):
        for search in self:
            search.domain = repr(search._get_search_domain())

    @api.depends(lambda self: self._search_fields())
    @api.depends_context("company", "lang")
    def _compute_sentence(self):
        labels = dict(self._fields["joiner"]._description_selection(self.env))
        for search in self:
            text = search._get_criteria_sentence()
            for block in search.block_ids:
                if more := block._get_criteria_sentence():
                    text = f"[{text}] {labels[block.joiner]} [{more}]" if text else more
            search.sentence = text or self.env._("All customers")

    @api.depends("domain")
    def _compute_customer_count(self):
        for search in self:
            search.customer_count = search._count_customers()

    def _get_search_domain(self):
        """:return: list of conditions on res.partner; each block goes on from what was
        found before it"""
        self.ensure_one()
        domain = self._get_criteria_domain()
        for block in self.block_ids:
            more = block._get_criteria_domain()
            if not more:
                continue
            if block.joiner == "not":
                more = ["!", *joined("&", [more])]
            if not domain:
                domain = more
            else:
                operator = "|" if block.joiner == "or" else "&"
                domain = joined(operator, [domain, more])
        return domain

    def _count_customers(self):
        """:return: number of customers, -1 when counting takes too long"""
        self.ensure_one()
        partners = self.env["res.partner"].with_context(
            tz=self.env.company.sudo().customer_tz
        )
        domain = Domain(literal_eval(self.domain)) & Domain(
            "member_number", "!=", False
        )
        self.env.flush_all()
        try:
            with (
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(flush=False),
            ):
                self.env.cr.execute(
                    SQL("SET LOCAL statement_timeout = %s", COUNT_SECONDS * 1000)
                )
                count = partners.search_count(domain)
                self.env.cr.execute(SQL("SET LOCAL statement_timeout TO DEFAULT"))
                return count
        except QueryCanceled:
            return -1

    # -- buttons ---------------------------------------------------------------------

    @api.model
    def action_open(self):
        """:return: the form, as the user left it the last time"""
        last = self.search(
            [("create_uid", "=", self.env.uid), ("parent_id", "=", False)],
            limit=1,
            order="id desc",
        )
        return self._get_form(last or self.create({}))

    @api.model
    def _get_form(self, search, view="crm_customer_search_view_form"):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Advanced search"),
            "res_model": self._name,
            "res_id": search.id,
            "views": [(self.env.ref(f"crm_segments.{view}").id, "form")],
            "target": "new",
        }

    def action_clear(self):
        """:return: the form with nothing in it"""
        return self._get_form(self.create({}))

    def action_show_customers(self):
        """:return: the customers list with this search as a facet that can be taken
        out"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_segments.res_partner_customer_action"
        )
        context = literal_eval(action["context"])
        domain = literal_eval(self.domain)
        if domain:
            context["crm_customer_search"] = {
                "description": self.sentence,
                "domain": self.domain,
            }
        return {**action, "context": context, "target": "main"}

    def action_name_segment(self):
        """:return: the form that asks for the name of the new segment"""
        self.ensure_one()
        self.env["crm.segment"].check_access("create")
        if not literal_eval(self.domain):
            raise UserError(
                self.env._("Fill in what the customers of the segment have in common.")
            )
        return self._get_form(self, "crm_customer_search_view_form_segment")

    def action_save_segment(self):
        """:return: the new segment, by this rule"""
        self.ensure_one()
        segment = self.env["crm.segment"].create(
            {
                "name": self.segment_name,
                "kind": "dynamic",
                "domain": self.domain,
                "description": self.sentence,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": segment._name,
            "res_id": segment.id,
            "views": [(False, "form")],
        }
