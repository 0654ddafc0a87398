from odoo import api, fields, models

from ..tools.order_columns import TARGETS, normal


class CrmOrderImportMap(models.Model):
    """How the order file of one shop or marketplace is read, kept for the next file."""

    _name = "crm.order.import.map"
    _description = "Order File Map"
    _order = "sequence, name, id"

    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one("res.company", ondelete="cascade")
    active = fields.Boolean(default=True)
    source = fields.Char(
        required=True,
        help="Names the shop or marketplace. An order number is imported once for "
        "each source.",
    )
    has_header = fields.Boolean(
        default=True, help="The file has a row with the names of its columns."
    )
    return_prefix = fields.Char(
        help="Orders whose number begins with these letters are returns."
    )
    product_name = fields.Char(
        string="Product", help="What was sold, for files without products."
    )
    status_words = fields.Text(
        help="One word of the file and its meaning on each line, for example "
        "'waiting = draft'. Meanings: sale, draft, cancel, return."
    )
    line_ids = fields.One2many("crm.order.import.map.line", "map_id", copy=True)

    @api.model
    def _best_map(self, company, headers):
        """:param list headers: texts of the header row

        :return: the map most of whose columns are in the file, or none when no map
            has its number, date and two more columns in it
        """
        words = {normal(header) for header in headers if header}
        best, best_score = self.browse(), 3
        maps = self.search(
            [("has_header", "=", True), ("company_id", "in", (False, company.id))]
        )
        for candidate in maps:
            found = {
                line.target for line in candidate.line_ids if line._headers() & words
            }
            if {"number", "date"} <= found and len(found) > best_score:
                best, best_score = candidate, len(found)
        return best

    def _targets(self, headers):
        """:return: list of meaning or "" for each column of a file"""
        self.ensure_one()
        result = [""] * len(headers)
        if not self.has_header:
            for line in self.line_ids:
                if 0 < line.position <= len(result):
                    result[line.position - 1] = line.target
            return result
        words = [normal(header) for header in headers]
        for line in self.line_ids:
            index = next(
                (words.index(word) for word in line._header_list() if word in words),
                None,
            )
            if index is not None and not result[index]:
                result[index] = line.target
        return result


class CrmOrderImportMapLine(models.Model):
    _name = "crm.order.import.map.line"
    _description = "Order File Map Column"
    _order = "map_id, position, id"
    _rec_name = "header"

    map_id = fields.Many2one(
        "crm.order.import.map", required=True, index=True, ondelete="cascade"
    )
    target = fields.Selection(
        selection="_selection_target", string="Meaning", required=True
    )
    header = fields.Char(
        help="Name of the column. Other names of it follow after a |; the first "
        "one in the file counts."
    )
    position = fields.Integer(help="Place of the column in files without names.")

    @api.model
    def _selection_target(self):
        """:return: the meanings a column can have, for all models of the import."""
        labels = {
            "number": self.env._("Order number"),
            "line_ref": self.env._("Line number"),
            "date": self.env._("Order date"),
            "status": self.env._("Status"),
            "customer": self.env._("Customer code"),
            "name": self.env._("Customer name"),
            "phone": self.env._("Phone"),
            "email": self.env._("E-mail"),
            "street": self.env._("Address"),
            "city": self.env._("District"),
            "province": self.env._("Province"),
            "zip": self.env._("Postcode"),
            "sku": self.env._("Product code"),
            "product": self.env._("Product name"),
            "variant": self.env._("Product variant"),
            "quantity": self.env._("Quantity"),
            "unit_price": self.env._("Price of one"),
            "amount": self.env._("Amount of the line"),
            "returned": self.env._("Returned quantity"),
        }
        return [(target, labels[target]) for target in TARGETS]

    def _header_list(self):
        """:return: the names of the column, normalised, the preferred one first"""
        return [normal(part) for part in (self.header or "").split("|") if part.strip()]

    def _headers(self):
        """:return: set of ``_header_list``"""
        return set(self._header_list())
