from odoo import api, fields, models

from ..tools import segment_sql


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    group_by_phone_sanitized = fields.Boolean("Phone Number")

    @api.model
    def _generate_query(self, fields, maximum_group=100):
        """Customers without a phone number are not all the same one, nor is the contact
        of an order that belongs to its customer already a duplicate."""
        query = super()._generate_query(fields, maximum_group)
        if "phone_sanitized" not in fields:
            return query
        only = "phone_sanitized IS NOT NULL AND recognised_contact IS NOT TRUE"
        if " WHERE " in query:
            return query.replace(" WHERE ", f" WHERE {only} AND ", 1)
        return query.replace("FROM res_partner", f"FROM res_partner WHERE {only}", 1)

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """The contact of an order that was recognised may be merged with its customer,
        or with another one."""
        contacts = self.env["res.partner"].browse(partner_ids).exists()
        (contacts - (dst_partner or contacts.browse()))._detach()
        return super()._merge(partner_ids, dst_partner, extra_checks)

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Figures are made from orders, so they are not merged but recomputed.

        The rows go before Odoo rewrites every foreign key: two rows of one customer
        would break the unique constraint, and Odoo answers that by deleting rows.
        """
        merged = src_partners | dst_partner
        customers = merged | merged.commercial_partner_id
        self.env["crm.customer.metric"].sudo().search(
            [("partner_id", "in", merged.ids)]
        ).unlink()
        self.env["crm.customer.metric.dirty"]._add_pairs(
            (partner_id, None) for partner_id in customers.ids
        )
        self._merge_member_number(src_partners, dst_partner)
        self._merge_segments(src_partners, dst_partner)
        self.env["crm.customer.match"]._merge_people(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _merge_member_number(self, src_partners, dst_partner):
        """The survivor keeps its member number, or takes the oldest of the others.

        The others lose theirs first: the number is unique, and Odoo writes the values
        of the merged partners to the survivor while they still exist.
        """
        numbered = src_partners.sudo().filtered("member_number").sorted("id")
        number = dst_partner.member_number or numbered[:1].member_number
        numbered.member_number = False
        numbered.flush_recordset(["member_number"])
        dst_partner.sudo().member_number = number
        dst_partner.flush_recordset(["member_number"])

    @api.model
    def _merge_segments(self, src_partners, dst_partner):
        """One customer, one row per time in a segment; whether the survivor still fits
        is found out by the job."""
        self.env.flush_all()
        rows = self.env.execute_query(
            segment_sql.merge_histories(src_partners.ids, dst_partner.id)
        )
        segments = self.env["crm.segment"].sudo().browse(id_ for (id_,) in rows)
        for segment in segments:
            segment._store_count(fields.Datetime.now())
        self.env["crm.segment.member"].invalidate_model(flush=False)
        self.env["res.partner"]._invalidate_segments()
        (src_partners | dst_partner)._queue_segments()
