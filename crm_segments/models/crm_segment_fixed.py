from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import segment_sql


class CrmSegment(models.Model):
    """Lists that are filled by hand."""

    _inherit = "crm.segment"

    def _add_customers(self, domain):
        """Add customers to a fixed list.

        :param domain: Domain on res.partner; who is no customer of the segment's
            company is left out
        :return: number of customers who were not in it yet
        """
        return self._change_customers(domain, segment_sql.add_rows)

    def _remove_customers(self, domain):
        """Take customers out of a fixed list.

        :param domain: Domain on res.partner
        :return: number of customers who were in it
        """
        return self._change_customers(domain, segment_sql.close_rows)

    def _change_customers(self, domain, statement):
        self.ensure_one()
        self.check_access("write")
        if self.kind != "fixed":
            raise UserError(
                self.env._(
                    "%(name)s follows a rule. Change the rule, or make a fixed list.",
                    name=self.name,
                )
            )
        segment = self.sudo()
        now = fields.Datetime.now()
        self.env.flush_all()
        # as every recompute begins: of two at the same time one is tried again
        self.env.cr.execute(
            SQL("UPDATE crm_segment SET refreshed_at = %s WHERE id = %s", now, self.id)
        )
        query = segment._base_query(Domain(domain)).select()
        rows = self.env.execute_query(
            statement(segment, query, now, segment._waiting_actions())
        )
        partner_ids = [partner_id for (partner_id,) in rows]
        segment._store_count(now)
        segment._wake_actions()
        self.env["crm.segment.member"].invalidate_model(flush=False)
        self.env["res.partner"]._invalidate_segments()
        # other segments may read this one
        self.env["crm.segment.dirty"]._add_partners(partner_ids)
        return len(partner_ids)

    def action_add_customers(self):
        """:return: dialog to choose customers to add"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add Customers"),
            "res_model": "crm.segment.add",
            "view_mode": "form",
            "target": "new",
            "context": {"default_segment_id": self.id},
        }

    def action_fill_from_file(self):
        """:return: form to choose a file that names customers"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_segments.crm_segment_import_action"
        )
        return {
            **action,
            "views": [(False, "form")],
            "context": {
                "default_segment_id": self.id,
                "default_company_id": self.company_id.id,
            },
        }
