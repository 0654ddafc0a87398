from odoo import api, fields, models
from odoo.fields import Domain

# What is chosen from a list of fixed values: criterion to model and field.
SELECTIONS = {
    "gender": ("res.partner", "gender"),
    "birth_month": ("res.partner", "birth_month"),
    "residence_type": ("res.partner", "residence_type"),
    "lifecycle": ("crm.customer.metric", "lifecycle"),
    "weekday": ("crm.customer.order", "weekday"),
}


class CrmSearchChoice(models.Model):
    """The values of selection fields as records: a search may choose several."""

    _name = "crm.search.choice"
    _description = "Choice of the Advanced Search"
    _order = "criterion, sequence, id"

    criterion = fields.Char(required=True, readonly=True)
    value = fields.Char("Technical Value", required=True, readonly=True)
    sequence = fields.Integer(readonly=True)
    name = fields.Char(compute="_compute_name", search="_search_name")

    _value_unique = models.UniqueIndex("(criterion, value)")

    @api.depends("criterion", "value")
    @api.depends_context("lang")
    def _compute_name(self):
        labels = {criterion: self._labels(criterion) for criterion in SELECTIONS}
        for choice in self:
            choice.name = labels.get(choice.criterion, {}).get(choice.value)

    @api.model
    def _search_name(self, operator, value):
        choices = self.search_fetch([], ["criterion", "value"])
        if operator == "in":
            found = choices.filtered(lambda choice: choice.name in value)
        elif operator in ("like", "ilike"):
            found = choices.filtered(
                lambda choice: value.casefold() in (choice.name or "").casefold()
            )
        else:
            return NotImplemented
        return Domain("id", "in", found.ids)

    @api.model
    def _labels(self, criterion):
        """:return: dict of value to label in the user's language"""
        model, field = SELECTIONS[criterion]
        return dict(self.env[model]._fields[field]._description_selection(self.env))

    @api.model
    def _fill(self):
        """Make the missing records; run with every update."""
        known = {(choice.criterion, choice.value) for choice in self.search([])}
        self.create(
            [
                {"criterion": criterion, "value": value, "sequence": number}
                for criterion in SELECTIONS
                for number, value in enumerate(self._labels(criterion))
                if (criterion, value) not in known
            ]
        )
