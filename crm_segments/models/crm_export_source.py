from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.export_columns import TYPES

# Parts of names of fields that are nobody's business in a file, whoever may read them.
SECRET = ("token", "password", "secret", "signup", "api_key", "hash", "_pin", "login")
# Odoo's own machinery, of no use in a spreadsheet.
TECHNICAL = ("message_", "activity_", "my_activity_", "website_message", "has_message")


class CrmExportSource(models.AbstractModel):
    """Mixin of the models whose records people take out as a file, see `crm.export`."""

    _name = "crm.export.source"
    _description = "What Can Be Exported"

    @api.model
    def _crm_export_default(self):
        """:return: list of the fields of an export, unless the user chooses others"""
        return ["display_name"]

    @api.model
    def _crm_export_title(self):
        """:return: what the file and its sheets are called"""
        return self.env["ir.model"]._get(self._name).sudo().name

    @api.model
    def _crm_export_labels(self):
        """:return: {field: header} where the field's own label says too little"""
        return {}

    @api.model
    def _crm_export_everything(self):
        """:return: Domain of what "everything" means"""
        return Domain.TRUE

    @api.model
    def _crm_export_examples(self):
        """:return: list of three dicts of field to value, for the sample file"""
        return [{}, {}, {}]

    @api.model
    def _crm_export_fields(self):
        """What the current user may take out.

        :return: {field: header} in the user's language, those of
            `_crm_export_default` first
        """
        known = self.fields_get(attributes=["string", "type", "exportable"])
        own = self._crm_export_labels()
        labels = {
            name: own.get(name) or values["string"]
            for name, values in known.items()
            if self._crm_export_allowed(name, values)
        }
        first = [name for name in self._crm_export_default() if name in labels]
        rest = sorted(set(labels) - set(first), key=lambda name: labels[name])
        return {name: labels[name] for name in [*first, *rest]}

    @api.model
    def _crm_export_allowed(self, name, values):
        """:param dict values: type and exportable of the field
        :return: whether a field may be a column"""
        return (
            values["type"] in TYPES
            and values.get("exportable", True)
            and not name.startswith(TECHNICAL)
            and not any(part in name for part in SECRET)
        )

    @api.model
    def _crm_export_domains(self):
        """:return: {"ticked": Domain or None, "filtered": Domain}: what the user
        chose in the list the button was pressed in"""
        context = self.env.context
        filtered = Domain(context.get("active_domain") or Domain.TRUE)
        try:
            chosen = self._get_selected_domain()
        except UserError:
            return {"ticked": None, "filtered": filtered}
        if context.get("crm_whole_result"):
            return {"ticked": None, "filtered": chosen}
        return {"ticked": chosen, "filtered": filtered}

    def action_crm_export(self):
        """:return: the page of a new export of what was ticked or searched for"""
        return self.env["crm.export"]._new_from_list(self)._open()
