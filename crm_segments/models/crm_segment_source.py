from odoo import api, models


class CrmSegmentSource(models.AbstractModel):
    """Records of a customer that rules of segments ask about: whoever gets, changes or
    loses one may enter or leave a segment within a minute."""

    _name = "crm.segment.source"
    _description = "What Segments Ask About"

    # Names of the fields of res.partner through which rules ask.
    _segment_fields = ()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._get_segment_partners()._queue_segments()
        return records

    def write(self, vals):
        before = self._get_segment_partners()
        result = super().write(vals)
        (before | self._get_segment_partners())._queue_segments()
        return result

    def unlink(self):
        self._get_segment_partners()._queue_segments()
        return super().unlink()

    def _get_segment_partners(self):
        """:return: res.partner (superuser) whose segments may change, nobody while no
        segment asks"""
        if not self.env["crm.segment"]._asks(self._segment_fields):
            return self.env["res.partner"].sudo()
        return self.sudo().partner_id
