import csv
import io

import openpyxl

from odoo.tests import new_test_user

from .common_shop import ShopCase

VIEWER = "crm_segments.crm_segments_group_viewer,base.group_allow_export"
MANAGER = "crm_segments.crm_segments_group_manager,base.group_allow_export"


class ExportCase(ShopCase):
    """A user who exports, and what is in the file then."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.new_user("taker", VIEWER)
        cls.manager = cls.new_user("boss", MANAGER)
        cls.tag = cls.env["res.partner.category"].create({"name": "Export me"})
        cls.people = cls.customers("Somchai", "Malee", "Anan")

    @classmethod
    def new_user(cls, login, groups, companies=None):
        companies = companies or cls.env.company
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=companies[0].id,
            company_ids=[(6, 0, companies.ids)],
        )

    @classmethod
    def customers(cls, *names, **values):
        return (
            cls.env["res.partner"]
            .with_context(crm_customer=True)
            .create(
                [
                    {"name": name, "category_id": [(6, 0, cls.tag.ids)], **values}
                    for name in names
                ]
            )
        )

    def export(self, columns=None, user=None, domain=None, fmt="xlsx", **context):
        """:return: a draft of those with the tag, as asked for in the list"""
        domain = domain or [["category_id", "in", self.tag.ids]]
        model = self.env["res.partner"].with_user(user or self.user)
        model = model.with_context(
            active_model="res.partner", active_domain=domain, **context
        )
        action = model.action_crm_export()
        export = self.env["crm.export"].with_user(user or self.user)
        export = export.browse(action["res_id"])
        export.file_format = fmt
        if columns:
            export.column_ids = self.env["crm.export.set"]._commands(columns)
        return export

    def make(self, export):
        """Have the file made; :return: the export"""
        export.action_start()
        self.run_job()
        return export

    def run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref("crm_segments.crm_export_cron").method_direct_trigger()
        self.env.invalidate_all()

    def rows(self, export):
        """:return: list of lists of the cells of a made file, header first"""
        self.assertEqual(export.state, "done", export.error_message)
        return self.read(export.attachment_id.sudo().raw, export.file_format)

    def read(self, content, fmt):
        if fmt == "csv":
            return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        return [
            [cell for cell in row]
            for sheet in book.worksheets
            for row in sheet.iter_rows(values_only=True)
        ]

    def events(self, export):
        log = self.env["crm.export.log"].search([("export_number", "=", export.id)])
        return log.sorted("id").mapped("event")
