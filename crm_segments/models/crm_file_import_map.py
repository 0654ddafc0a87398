from odoo import api, fields, models

from ..tools.order_columns import normal


class CrmFileImportMap(models.AbstractModel):
    """How the file of one system is read, kept for the next file.

    A concrete model adds ``line_ids``, and says by which columns it knows its files.
    """

    _name = "crm.file.import.map"
    _description = "File Map"
    _order = "sequence, name, id"

    # Meanings without which a file is not taken for one of this map, and how many
    # columns have to be known.
    _key_targets = ()
    _least_columns = 4

    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one("res.company", ondelete="cascade")
    active = fields.Boolean(default=True)
    has_header = fields.Boolean(
        default=True, help="The file has a row with the names of its columns."
    )

    @api.model
    def _settings(self):
        """:return: names of the fields that an import takes over from its map"""
        return ("source",)

    @api.model
    def _best_map(self, company, headers):
        """:param list headers: texts of the header row

        :return: the map most of whose columns are in the file, or none when no map
            has its key columns and enough others in it
        """
        words = {normal(header) for header in headers if header}
        best, best_score = self.browse(), self._least_columns - 1
        maps = self.search(
            [("has_header", "=", True), ("company_id", "in", (False, company.id))]
        )
        for candidate in maps:
            found = {
                line.target for line in candidate.line_ids if line._headers() & words
            }
            if found.issuperset(self._key_targets) and len(found) > best_score:
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


class CrmFileImportMapLine(models.AbstractModel):
    _name = "crm.file.import.map.line"
    _description = "File Map Column"
    _order = "map_id, position, id"
    _rec_name = "header"

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
        """:return: the meanings a column can have, [(key, label)]"""
        raise NotImplementedError

    def _header_list(self):
        """:return: the names of the column, normalised, the preferred one first"""
        return [normal(part) for part in (self.header or "").split("|") if part.strip()]

    def _headers(self):
        """:return: set of ``_header_list``"""
        return set(self._header_list())
