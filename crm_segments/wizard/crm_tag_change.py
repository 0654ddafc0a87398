from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class CrmTagChange(models.TransientModel):
    """Add tags to the chosen customers, or take tags away, however many they are.

    What was changed stays noted for a day, so that it can be undone exactly: a customer
    who had the tag before keeps it.
    """

    _name = "crm.tag.change"
    _description = "Change Tags"
    _transient_max_hours = 24

    state = fields.Selection(
        [("draft", "Draft"), ("done", "Done"), ("undone", "Undone")],
        default="draft",
        required=True,
        readonly=True,
    )
    domain = fields.Json(
        "Customers",
        required=True,
        readonly=True,
        default=lambda self: self._default_domain(),
    )
    customer_count = fields.Integer("Number of Customers", compute="_compute_counts")
    left_out_count = fields.Integer(
        "Left Out",
        compute="_compute_counts",
        help="Customers of the selection that you may see but not change.",
    )
    add_ids = fields.Many2many(
        "res.partner.category", "crm_tag_change_add_rel", string="Tags to add"
    )
    remove_ids = fields.Many2many(
        "res.partner.category", "crm_tag_change_remove_rel", string="Tags to remove"
    )
    changed_count = fields.Integer("Customers Changed", readonly=True)

    @api.model
    def _default_domain(self):
        return list(self.env["res.partner"]._get_selected_domain())

    @api.depends("domain")
    def _compute_counts(self):
        partners = self.env["res.partner"]
        for change in self:
            chosen = partners.search_count(Domain(change.domain))
            change.customer_count = len(change._writable(Domain(change.domain)))
            change.left_out_count = chosen - change.customer_count

    @api.model
    def _writable(self, domain):
        """:return: Query of the customers found by the user that he may change too"""
        partners = self.env["res.partner"]
        found = partners._search(domain)
        rules = self.env["ir.rule"]._compute_domain(partners._name, "write")
        partners = partners.sudo().with_context(active_test=False)
        return partners._search(Domain("id", "in", found) & Domain(rules))

    def action_apply(self):
        """Change the tags and offer to undo it.

        :raise AccessError: the user may not change customers at all
        :raise UserError: no tag is given, or one both ways
        :return: action, the same dialog with what was done
        """
        self.ensure_one()
        self.env["res.partner"].check_access("write")
        if self.state != "draft":
            raise UserError(self.env._("These tags have been changed already."))
        if not self.add_ids and not self.remove_ids:
            raise UserError(self.env._("Choose a tag to add or a tag to remove."))
        if both := self.add_ids & self.remove_ids:
            raise UserError(
                self.env._(
                    "%(tags)s cannot be added and removed at once.",
                    tags=", ".join(both.mapped("display_name")),
                )
            )
        self._change()
        self.changed_count = self._finish()
        self.state = "done"
        return self._reopen()

    def action_undo(self):
        """Put everything back as it was before, except what changed since then.

        :return: action, the same dialog
        """
        self.ensure_one()
        self.env["res.partner"].check_access("write")
        if self.state != "done":
            raise UserError(self.env._("There is nothing to undo."))
        self._change_back()
        self._finish()
        self.state = "undone"
        return self._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change tags"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _change(self):
        """Both ways and the note of it by one statement, on the customers as they are
        chosen now: the selection may itself depend on the tags.

        Customers go in as a list everywhere: of rows just written the planner knows
        nothing, and a join that it plans for a few of them takes hours for many.
        """
        relation, partner, category = self._tag_columns()
        customers = list(self._writable(Domain(self.domain)))
        self.env["res.partner"].flush_model(["category_id"])
        self.env.cr.execute(
            SQL(
                """
                WITH added AS (
                    INSERT INTO %(relation)s (%(partner)s, %(category)s)
                    SELECT customer, tag
                      FROM unnest(%(customers)s::int[]) customer
                           CROSS JOIN unnest(%(add)s::int[]) tag
                    ON CONFLICT DO NOTHING
                    RETURNING %(partner)s AS customer, %(category)s AS tag
                ), removed AS (
                    DELETE FROM %(relation)s
                     WHERE %(partner)s = ANY(%(customers)s)
                       AND %(category)s = ANY(%(remove)s)
                    RETURNING %(partner)s AS customer, %(category)s AS tag
                )
                INSERT INTO crm_tag_change_line
                            (change_id, customer_number, tag_number, added)
                SELECT %(change)s, customer, tag, TRUE FROM added
                 UNION ALL
                SELECT %(change)s, customer, tag, FALSE FROM removed
                """,
                relation=relation,
                partner=partner,
                category=category,
                customers=customers,
                add=self.add_ids.ids,
                remove=self.remove_ids.ids,
                change=self.id,
            )
        )

    def _change_back(self):
        relation, partner, category = self._tag_columns()
        any_state = Domain("active", "in", (True, False))
        changed = Domain("id", "in", self._changed_ids())
        writable = list(self._writable(changed & any_state))
        self.env["res.partner"].flush_model(["category_id"])
        names = {"relation": relation, "partner": partner, "category": category}
        for tag, added, customers in self._changes_by_tag(writable):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %(relation)s"
                    " WHERE %(category)s = %(tag)s AND %(partner)s = ANY(%(ids)s)"
                    if added
                    else "INSERT INTO %(relation)s (%(partner)s, %(category)s)"
                    " SELECT customer, %(tag)s FROM unnest(%(ids)s) customer"
                    " ON CONFLICT DO NOTHING",
                    **names,
                    tag=tag,
                    ids=customers,
                )
            )

    def _changes_by_tag(self, customers):
        """:return: rows (tag id, whether it was added, customer ids) of the tags that
        still exist"""
        return self.env.execute_query(
            SQL(
                """
                SELECT line.tag_number, line.added, array_agg(line.customer_number)
                  FROM crm_tag_change_line line
                  JOIN res_partner_category tag ON tag.id = line.tag_number
                 WHERE line.change_id = %s AND line.customer_number = ANY(%s)
              GROUP BY line.tag_number, line.added
                """,
                self.id,
                customers,
            )
        )

    def _tag_columns(self):
        """:return: SQL names of the table of tags, its customer and its tag"""
        field = self.env["res.partner"]._fields["category_id"]
        names = field.relation, field.column1, field.column2
        return tuple(SQL.identifier(name) for name in names)

    def _changed_customers(self):
        return SQL(
            "SELECT DISTINCT customer_number FROM crm_tag_change_line"
            " WHERE change_id = %s",
            self.id,
        )

    def _changed_ids(self):
        return [id_ for (id_,) in self.env.execute_query(self._changed_customers())]

    def _finish(self):
        """Let the rest of Odoo know, and note who changed the customers and when.

        :return: number of customers concerned
        """
        partners = self.env["res.partner"]
        changed = partners.browse(self._changed_ids())
        stamps = ["write_date", "write_uid"]
        partners.flush_model(stamps)
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET write_date = %s, write_uid = %s"
                " WHERE id = ANY(%s)",
                self.env.cr.now(),
                self.env.uid,
                changed.ids,
            )
        )
        partners.invalidate_model(["category_id", *stamps])
        self.env["res.partner.category"].invalidate_model(["partner_ids"])
        changed.modified(["category_id", *stamps])
        partners._after_bulk_tag_change(self._changed_customers())
        return len(changed)
