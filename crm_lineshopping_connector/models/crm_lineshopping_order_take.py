from odoo import api, fields, models
from odoo.tools import SQL, split_every
from odoo.tools.json import scriptsafe as json

from ..tools import myshop_order, myshop_words

SOURCES = [
    ("pull", "Read by the schedule"),
    ("webhook", "Told by LINE SHOPPING"),
    ("check", "Nightly check"),
    ("retry", "Read again after an error"),
    ("staff", "Read on demand"),
]
STAGES = [
    ("unpaid", "Not paid"),
    ("paid", "To ship"),
    ("shipped", "On its way"),
    ("done", "Completed"),
    ("refund", "Refund"),
    ("cancelled", "Cancelled"),
    ("unknown", "Unknown"),
]
# What an answer says of an order, column by column, as `normal` calls it.
FROM_ANSWER = [
    *("order_status", "payment_status", "payment_method", "shipment_status"),
    *("checkout_at", "paid_at", "updated_at"),
    *("subtotal", "shipping", "discount", "total"),
    *("is_gift", "recipient_name", "recipient_phone", "recipient_email"),
    "has_items",
]
BATCH = 500


class CrmLineshoppingOrder(models.Model):
    """Answers of the service become rows: each order once, only ever newer."""

    _inherit = "crm.lineshopping.order"

    stage = fields.Selection(
        STAGES, required=True, readonly=True, default="unknown", help="All in one word."
    )
    pulled_at = fields.Datetime(
        "Read On", readonly=True, help="When its last change was read."
    )
    checked_at = fields.Datetime(
        "Checked On", readonly=True, help="When the service was last asked for it."
    )
    source = fields.Selection(SOURCES, "Came By", readonly=True)
    flag = fields.Char(readonly=True, help="What staff should look at, in codes.")
    flag_open = fields.Boolean(
        "To Look At", readonly=True, help="Nobody has looked at it yet."
    )

    _flag_idx = models.Index("(shop_id, id) WHERE flag_open")
    _open_idx = models.Index(
        "(shop_id, pulled_at) WHERE order_status NOT IN "
        "('COMPLETED', 'EXPIRED', 'CANCELED')"
    )

    @api.model
    def _take(self, shop, payloads, source="pull", fetched_at=None):
        """Store what the service answered about orders of one shop.

        An answer that is older than what is stored changes nothing, nor does one that
        says the same. Goods that are known stay known when an answer leaves them out.
        What changed gets `dirty`: its sale order and points are to follow, see
        `_settle`. Does not commit; a row that somebody else changes meanwhile gives a
        serialization failure, after which the caller takes all again.

        :param shop: a crm.lineshopping.shop
        :param payloads: orders as the service answered; an order may come twice
        :param source: one of SOURCES
        :param fetched_at: when the service was asked, default now; between answers that
            name the same moment of change the one fetched later wins
        :return: the records that are new or changed
        :raise ValueError: one of the payloads is no order
        """
        fetched_at = fetched_at or self.env.cr.now()
        newest = {}
        for payload in payloads:
            values = myshop_order.normal(payload)
            old, _payload = newest.get(values["number"], ({}, None))
            if not _is_older(values, old):
                whole = myshop_order.merged(_payload, payload)
                if whole is not payload:  # its goods came with the one before
                    values = myshop_order.normal(whole)
                newest[values["number"]] = values, whole
        ids = []
        self.flush_model()
        for numbers in split_every(BATCH, sorted(newest)):
            rows = self._taken_rows(shop, [newest[number] for number in numbers])
            ids += self._upsert(shop, rows, source, fetched_at)
        records = self.sudo().browse(ids)
        # of new rows nothing is cached, and SQL tells the ORM nothing
        records.invalidate_recordset()
        records.modified([*FROM_ANSWER, "stage", "payload", "company_id", "gone"])
        return records

    def _taken_rows(self, shop, found):
        """:param found: list of (normal values, payload)
        :return: list of dicts of column values"""
        without = [values["number"] for values, _p in found if not values["has_items"]]
        stored = self._stored_payloads(shop, without) if without else {}
        rows = []
        for values, payload in found:
            whole = myshop_order.merged(stored.get(values["number"]), payload)
            if whole is not payload:
                values = myshop_order.normal(whole)
            flag = " ".join(values["findings"]) or None
            rows.append(
                {
                    **{name: values[name] for name in FROM_ANSWER},
                    "number": values["number"],
                    "stage": myshop_words.stage_of(values),
                    "payload": json.dumps(whole),
                    "payload_hash": myshop_order.payload_hash(whole),
                    "flag": flag,
                    "flag_open": bool(flag),
                }
            )
        return rows

    def _stored_payloads(self, shop, numbers):
        """:return: {number: stored payload} of those whose goods are known"""
        return dict(
            self.env.execute_query(
                SQL(
                    """SELECT number, payload FROM crm_lineshopping_order
                        WHERE shop_id = %s AND number = ANY(%s) AND has_items""",
                    shop.id,
                    list(numbers),
                )
            )
        )

    @api.model
    def _heads_known(self, shop, heads):
        """:param heads: orders as a list tells them, without goods
        :return: set of the numbers of those that are stored and say nothing new"""
        return {
            number
            for (number,) in self.env.execute_query(
                SQL(
                    """SELECT stored.number
                         FROM jsonb_array_elements(%s::jsonb) AS head
                         JOIN crm_lineshopping_order AS stored
                           ON stored.shop_id = %s
                          AND stored.number = head->>'orderNumber'
                          AND stored.payload @> head
                        WHERE stored.has_items AND NOT stored.gone""",
                    json.dumps(heads),
                    shop.id,
                )
            )
        }

    @api.model
    def _note_checked(self, shop, numbers):
        """The service was asked for these orders just now."""
        orders = self.sudo().search(
            [("shop_id", "=", shop.id), ("number", "in", list(numbers))]
        )
        orders.checked_at = fields.Datetime.now()

    def _upsert(self, shop, rows, source, fetched_at):
        """:return: list of ids of the rows that are new or changed"""
        if not rows:
            return []
        same = {
            **self._upsert_defaults(),
            "shop_id": shop.id,
            "company_id": shop.sudo().company_id.id,
            "source": source,
            "pulled_at": fetched_at,
            "gone": False,
            "dirty": True,
            **{"create_uid": self.env.uid, "write_uid": self.env.uid},
            **{"create_date": fetched_at, "write_date": fetched_at},
        }
        names = [*rows[0], *same]
        columns = SQL(", ").join(SQL.identifier(name) for name in names)
        casts = {
            name: SQL(self._fields[name].column_type[1])  # pylint: disable=E8103
            for name in names
        }
        values = SQL(", ").join(
            SQL(
                "(%s)",
                SQL(", ").join(
                    SQL("%s::%s", {**row, **same}[name], casts[name]) for name in names
                ),
            )
            for row in rows
        )
        kept = {*self._upsert_defaults(), "create_uid", "create_date"}
        kept |= {"shop_id", "number", "company_id", "flag_open", "updated_at"}
        changes = SQL(", ").join(
            SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
            for name in names
            if name not in kept
        )
        query = SQL(
            """INSERT INTO crm_lineshopping_order AS stored (%s) VALUES %s
               ON CONFLICT (shop_id, number) DO UPDATE SET %s,
                  updated_at = COALESCE(EXCLUDED.updated_at, stored.updated_at),
                  flag_open = EXCLUDED.flag IS NOT NULL
                     AND (stored.flag_open
                          OR stored.flag IS DISTINCT FROM EXCLUDED.flag)
               WHERE (stored.payload_hash IS DISTINCT FROM EXCLUDED.payload_hash
                      OR stored.gone)
                 AND (COALESCE(EXCLUDED.updated_at, stored.updated_at, '-infinity'),
                      EXCLUDED.pulled_at)
                  >= (COALESCE(stored.updated_at, '-infinity'),
                      COALESCE(stored.pulled_at, '-infinity'))
               RETURNING id""",
            columns,
            values,
            changes,
        )
        return [row_id for (row_id,) in self.env.execute_query(query)]

    def _upsert_defaults(self):
        """:return: {column: value} of the required fields no answer tells, whatever
        module adds them"""
        told = {
            *FROM_ANSWER,
            "number",
            "stage",
            "shop_id",
            "company_id",
            "dirty",
            "gone",
        }
        names = [
            name
            for name, field in self._fields.items()
            if field.store and field.column_type and field.required and name not in told
        ]
        return {
            name: self._fields[name].convert_to_column_insert(value, self)
            for name, value in self.default_get(names).items()
        }

    @api.model
    def _mark_gone(self, shop, number):
        """The service does not know an order any more: it is not asked for again."""
        domain = [("shop_id", "=", shop.id), ("number", "=", number)]
        orders = self.sudo().search([*domain, ("gone", "=", False)])
        orders.write({"gone": True, "dirty": True})
        return orders


def _is_older(values, other):
    """:return: whether both name their moment of change, and the first the earlier"""
    ours, theirs = values["updated_at"], other.get("updated_at")
    return bool(ours and theirs and ours < theirs)
