from odoo import models


class IrAttachment(models.Model):
    """Files of exports: whoever takes one, by whatever way, is noted."""

    _inherit = "ir.attachment"

    def _to_http_stream(self):
        self._note_export_download()
        return super()._to_http_stream()

    def _compute_raw(self):
        # first: what is read as superuser below would be in the cache of those, too,
        # who may not read the file
        result = super()._compute_raw()
        if not self.env.su:
            self._note_export_download()
        return result

    def _note_export_download(self):
        for file in self.sudo():
            if file.res_model == "crm.export" and file.res_id and file.file_size:
                export = self.env["crm.export"].browse(file.res_id)
                export.sudo(False)._note_download()
