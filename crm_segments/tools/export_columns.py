"""Reads the columns of an export, many records at once.

What the database can give, tags too, is one statement per batch; names of linked
records are looked up once; only fields that exist in Python alone are computed record
by record.
"""

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
# When at least one of so many ids is wanted, a batch is read by range: in the order of
# the index, where each id of a list is looked up by itself.
DENSE = 2


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

    def to_sql(self, query, batch):
        """:param batch: Batch of records that ``query`` reads
        :return: SQL of the value"""
        if self.field.type == "many2many":
            return self._join_linked(query, batch)
        return self.model._field_to_sql(self.model._table, self.name, query)

    def _join_linked(self, query, batch):
        """Ids of a many2many field, those that the user may see, in their order.

        :return: SQL of a text such as "3,1", one for all who have the same"""
        field = self.field
        model = self.model.env[field.comodel_name].with_context(active_test=False)
        linked = model._search(field.get_comodel_domain(self.model), order=model._order)
        near = SQL.identifier(field.relation, field.column1)
        far = SQL.identifier(field.relation, field.column2)
        id_ = SQL.identifier(model._table, "id")
        linked.add_join("JOIN", field.relation, None, SQL("%s = %s", far, id_))
        linked.add_where(batch.condition(near))
        order, linked.order = linked.order, None
        ids = SQL("string_agg(%s::text, ',' ORDER BY %s)", id_, order)
        rows = linked.select(SQL("%s AS id", near), SQL("%s AS ids", ids))
        alias = query.make_alias(self.model._table, self.name)
        query.add_join(
            "LEFT JOIN",
            alias,
            SQL("(%s GROUP BY %s)", rows, near),
            SQL(
                "%s = %s",
                SQL.identifier(alias, "id"),
                SQL.identifier(self.model._table, "id"),
            ),
        )
        return SQL.identifier(alias, "ids")

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
        self._learn(values, self._names_of)
        return list(map(self.names.get, values))

    def _show_many2many(self, values):
        self._learn(values, self._joined_names_of)
        return list(map(self.names.get, values))

    def _show_datetime(self, values):
        zone = self.zone
        return [
            value and pytz.utc.localize(value).astimezone(zone).replace(tzinfo=None)
            for value in values
        ]

    def _learn(self, values, read):
        """Remember the names of what is linked.

        :param read: method that makes a dict of values to names"""
        if len(self.names) > NAMES_KEPT:
            self.names.clear()
        if missing := set(values) - self.names.keys() - {None}:
            self.names.update(read(missing))

    def _names_of(self, ids):
        """Who may read a record may read the names of what it is linked to, as
        everywhere in Odoo."""
        linked = self.model.env[self.field.comodel_name].sudo().browse(ids)
        return {record.id: record.display_name for record in linked}

    def _joined_names_of(self, texts):
        lists = {text: list(map(int, text.split(","))) for text in texts}
        names = self._names_of({id_ for ids in lists.values() for id_ in ids})
        return {text: ", ".join(map(names.get, ids)) for text, ids in lists.items()}

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


class Batch:
    """:param list ids: of the records to read, in order"""

    def __init__(self, ids):
        self.ids = ids
        span = ids[-1] - ids[0] + 1
        self.is_range = span <= DENSE * len(ids)
        self.is_whole = span == len(ids)

    def condition(self, id_):
        """:param SQL id_: a column of ids
        :return: SQL condition; not a part of the domain, which would look at each of
            thousands of ids"""
        if self.is_range:
            return SQL("%s BETWEEN %s AND %s", id_, self.ids[0], self.ids[-1])
        return SQL("%s = ANY(%s)", id_, self.ids)

    def pick(self, rows):
        """:return: list of the rows of the batch, of those that the condition found"""
        if self.is_whole or not self.is_range:
            return rows
        wanted = set(self.ids)
        return [row for row in rows if row[0] in wanted]


class ColumnReader:
    """:param model: recordset that names the model, user, companies and language
    :param list names: fields, in the order of the columns
    """

    def __init__(self, model, names):
        self.model = model.with_context(active_test=False, prefetch_fields=False)
        self.columns = [Column(self.model, name) for name in names]
        self.direct = [column for column in self.columns if column.in_sql]

    def read(self, ids):
        """:param list ids: of records, in order
        :return: list of lists of values, one per column; by id, without those that
            the user may not see (any more)"""
        batch = Batch(ids)
        query = self.model._search([], order="id")
        id_ = SQL.identifier(self.model._table, "id")
        query.add_where(batch.condition(id_))
        terms = [id_, *(column.to_sql(query, batch) for column in self.direct)]
        rows = batch.pick(self.model.env.execute_query(query.select(*terms)))
        found, *values = zip(*rows, strict=True) if rows else [()] * len(terms)
        shown = {
            column: column.shown(cells)
            for column, cells in zip(self.direct, values, strict=True)
        }
        records = self.model.browse(found)
        return [
            shown[column] if column in shown else column.computed(records)
            for column in self.columns
        ]
