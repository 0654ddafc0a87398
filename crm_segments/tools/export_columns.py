"""Reads the columns of an export, many records at once.

What the database can give is one statement per batch; names of linked records are
looked up once; only fields that exist in Python alone are computed record by record.
"""

from collections import defaultdict

import pytz

from odoo.tools import SQL, html2plaintext

from .local_date import local_zone

KINDS = {
    "integer": "integer",
    "float": "number",
    "monetary": "number",
    "date": "date",
    "datetime": "datetime",
}
TYPES = {"char", "text", "html", "selection", "boolean", "many2one", "many2many"}
TYPES |= set(KINDS)
# Names of linked records that are kept in memory, for each field.
NAMES_KEPT = 20_000


def kind_of(field):
    """:return: what the cells of a field are: "text", "integer", "number"..."""
    return KINDS.get(field.type, "text")


class Column:
    """One field of ``model``, which is read as the user of its environment.

    :raise AccessError: the user may not read the field
    """

    def __init__(self, model, name):
        self.model, self.name = model, name
        self.field = model._fields[name]
        self.in_sql = self._is_in_sql()
        self.names = {}
        self.show = getattr(self, f"_show_{self.field.type}", None)
        if self.field.type == "selection":
            choices = self.field._description_selection(model.env)
            self.names = {**dict(choices), False: None, None: None, "": None}
        elif self.field.type == "boolean":
            yes, no = model.env._("Yes"), model.env._("No")
            self.names = {True: yes, False: no, None: no}
        elif self.field.type == "datetime":
            self.zone = local_zone(model.env)

    def _is_in_sql(self):
        self.model._check_field_access(self.field, "read")
        if self.field.type == "many2many":
            return self.field.store and not self.field.company_dependent
        try:
            query = self.model._search([("id", "=", 0)])
            self.model._field_to_sql(self.model._table, self.name, query)
        except (ValueError, NotImplementedError):
            return False
        return True

    def to_sql(self, query):
        return self.model._field_to_sql(self.model._table, self.name, query)

    def shown(self, values):
        """:param values: list as the database has them
        :return: list of texts, numbers, dates, or None"""
        return self.show(values) if self.show else values

    def _show_char(self, values):
        return [value or None for value in values]

    _show_text = _show_char

    def _show_html(self, values):
        return [value and html2plaintext(value).strip() for value in values]

    def _show_selection(self, values):
        names = self.names
        return [names.get(value, value) for value in values]

    _show_boolean = _show_selection

    def _show_many2one(self, values):
        self._learn(value for value in values if value)
        names = self.names
        return [names.get(value) if value else None for value in values]

    def _show_datetime(self, values):
        zone = self.zone
        return [
            value and pytz.utc.localize(value).astimezone(zone).replace(tzinfo=None)
            for value in values
        ]

    def _learn(self, ids):
        """Remember the names of linked records. Who may read a record may read the
        names of what it is linked to, as everywhere in Odoo."""
        ids = set(ids)
        if len(self.names) > NAMES_KEPT:
            self.names.clear()
        if missing := ids - self.names.keys():
            linked = self.model.env[self.field.comodel_name].sudo()
            for record in linked.browse(missing):
                self.names[record.id] = record.display_name

    def linked(self, ids):
        """Names of a many2many field, those that the user may see.

        :return: dict of record id to text"""
        field = self.field
        model = self.model.env[field.comodel_name].with_context(active_test=False)
        query = model._search(field.get_comodel_domain(self.model), order=model._order)
        near = SQL.identifier(field.relation, field.column1)
        far = SQL.identifier(field.relation, field.column2)
        on = SQL("%s = %s", far, SQL.identifier(model._table, "id"))
        query.add_join("JOIN", field.relation, None, on)
        query.add_where(SQL("%s = ANY(%s)", near, ids))
        found = defaultdict(list)
        pairs = self.model.env.execute_query(query.select(near, far))
        self._learn({id_ for _record, id_ in pairs})
        for record_id, id_ in pairs:
            found[record_id].append(self.names[id_])
        return {id_: ", ".join(names) for id_, names in found.items()}

    def computed(self, records):
        """:return: list of values of a field that is no column, like `shown`"""
        field = self.field
        if field.relational:
            lists = (record[self.name].sudo() for record in records)
            return [
                ", ".join(linked.mapped("display_name")) or None for linked in lists
            ]
        values = [record[self.name] for record in records]
        if field.type not in ("boolean", "integer", "float", "monetary"):
            values = [None if value is False else value for value in values]
        return self.shown(values)


class ColumnReader:
    """:param model: recordset that names the model, user, companies and language
    :param list names: fields, in the order of the columns
    """

    def __init__(self, model, names):
        self.model = model.with_context(active_test=False, prefetch_fields=False)
        self.columns = [Column(self.model, name) for name in names]

    def read(self, ids):
        """:param list ids: of records
        :return: list of lists of values, one per column; by id, without those that
            the user may not see (any more)"""
        query = self.model._search([], order="id")
        # not in the domain, which would look at each of thousands of ids
        id_ = SQL.identifier(self.model._table, "id")
        query.add_where(SQL("%s = ANY(%s)", id_, ids))
        direct = [c for c in self.columns if c.in_sql and c.field.type != "many2many"]
        terms = [id_, *(column.to_sql(query) for column in direct)]
        rows = self.model.env.execute_query(query.select(*terms))
        found, *values = zip(*rows, strict=True) if rows else [()] * len(terms)
        values = dict(zip(direct, values, strict=True))
        return [self._values(c, values, list(found)) for c in self.columns]

    def _values(self, column, values, ids):
        if column in values:
            return column.shown(values[column])
        if column.in_sql:
            linked = column.linked(ids)
            return [linked.get(id_) for id_ in ids]
        return column.computed(self.model.browse(ids))
