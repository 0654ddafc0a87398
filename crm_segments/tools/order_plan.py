"""Check the rows of an order file and group them into orders.

Plain Python, no ORM, no writing: the whole file goes through here before the
first order is written, and again, with the same outcome, when it is written.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .order_columns import status_state
from .order_values import clean_text, is_masked, parse_datetime, parse_number

MAX_QUANTITY = Decimal(10) ** 9
MAX_AMOUNT = Decimal(10) ** 12
# Rows of one order may be minutes apart, but a number used again on another day
# belongs to another order.
SAME_ORDER = timedelta(days=1)


@dataclass
class PlanOptions:
    """How the file is to be read.

    :ivar dict columns: {meaning: column index from 0}
    :ivar int header_row: row number of the header, 0 when there is none
    :ivar str return_prefix: a number beginning with it is a return
    :ivar str product: name of goods in a file without products
    :ivar int digits: decimal places of the currency
    :ivar dict status_words: the shop's own status words {normalised: state}
    :ivar phone: function(text) giving one form of a phone number, or ""
    """

    columns: dict
    header_row: int = 1
    date_order: str = "dmy"
    decimal: str = "."
    return_prefix: str = ""
    product: str = ""
    digits: int = 2
    tz: object = None
    now: datetime | None = None
    status_words: dict = field(default_factory=dict)
    phone: object = staticmethod(lambda text: text)


@dataclass(slots=True)
class PlanLine:
    """One bought product. ``price`` times ``quantity`` rounds to ``amount``."""

    row: int
    sku: str
    name: str
    quantity: float
    price: float
    amount: Decimal
    returned: float
    state: str


@dataclass(slots=True)
class PlanOrder:
    """One order. ``customer`` is ("id"|"phone"|"email", value)."""

    number: str
    row: int
    date: datetime
    customer: tuple
    contact: dict
    lines: list
    bad: int = 0

    @property
    def state(self):
        """:return: sale when any line was sold, else draft, else cancel."""
        states = {line.state for line in self.lines}
        return next((s for s in ("sale", "draft") if s in states), "cancel")

    @property
    def live_lines(self):
        """:return: the lines that count; a cancelled article of a sold order not."""
        state = self.state
        return [line for line in self.lines if line.state == state]

    @property
    def total(self):
        """:return: Decimal, the file's amount of the order."""
        return sum((line.amount for line in self.live_lines), Decimal())


@dataclass(slots=True)
class PlanReturn:
    """One returned line. ``position`` counts the rows of its number from 1."""

    number: str
    position: int
    row: int
    date: datetime
    customer: tuple
    sku: str
    name: str
    quantity: float


@dataclass(slots=True)
class Finding:
    """Something the user must know about a row.

    :ivar str level: "error" (left out as wrong), "skip" (left out by rule) or
        "return" (a return that takes nothing back)
    """

    row: int
    level: str
    code: str
    value: str = ""
    other: str = ""


class RowError(Exception):
    """A row that cannot be imported. ``args``: level, code, value, other."""

    def __init__(self, code, value="", other="", level="error"):
        super().__init__(code)
        self.finding = (level, code, str(value)[:200], str(other))


class OrderPlan:
    """Collects the rows of one file.

    ``orders`` by number and ``returns`` hold what can be imported once ``finish``
    was called; ``findings`` what cannot. Memory grows with the rows (about half a
    kilobyte each), never with the bytes of columns that have no meaning here.
    """

    def __init__(self, options):
        self.options = options
        self.orders = {}
        self.returns = []
        self.findings = []
        self.rows = 0
        self._texts = {}
        self._line_refs = {}
        self._counts = {}
        latest = options.now or datetime.now()
        self._latest = latest + timedelta(days=1)

    def read(self, rows):
        """Add all (row number, cells) of an iterator and finish."""
        for row, cells in rows:
            self.add(row, cells)
        self.finish()
        return self

    def add(self, row, cells):
        """Check one row and add it to its order; a bad one becomes a finding."""
        if row <= self.options.header_row or not any(
            cell not in (None, "") for cell in cells
        ):
            return
        values = {
            target: cells[index] if index < len(cells) else None
            for target, index in self.options.columns.items()
        }
        if self._is_description(row, values):
            return
        self.rows += 1
        try:
            self._add(row, values)
        except RowError as error:
            self._reject(row, values, error.finding)

    def finish(self):
        """Leave out the orders with a wrong row: their total would be wrong."""
        for number, order in list(self.orders.items()):
            if order.bad:
                if order.lines:
                    self._find(order.row, "error", "order_left_out", number, order.bad)
                del self.orders[number]
        self._counts.clear()
        self._line_refs.clear()

    def _find(self, row, level, code, value="", other=""):
        self.findings.append(Finding(row, level, code, str(value), str(other)))

    def _reject(self, row, values, finding):
        """List a row and mark its order, which is then left out as a whole."""
        self._find(row, *finding)
        order = self.orders.get(clean_text(values.get("number")))
        if finding[0] != "error":
            return
        number = clean_text(values.get("number"))
        if order:
            order.bad += 1
        elif number and not self._is_return(number):
            self.orders[number] = PlanOrder(number, row, None, None, {}, [], bad=1)

    def _text(self, values, target):
        """:return: cleaned text; equal texts of a file share one object."""
        text = clean_text(values.get(target))
        return self._texts.setdefault(text, text)

    def _is_return(self, number):
        prefix = self.options.return_prefix
        return bool(prefix) and number.upper().startswith(prefix.upper())

    def _is_description(self, row, values):
        """:return: True for the row under the header in which TikTok Shop explains
        its columns: an order number always has a digit."""
        if row != self.options.header_row + 1 or not self.options.header_row:
            return False
        number = clean_text(values.get("number"))
        return bool(number) and not any(char.isdigit() for char in number)

    def _add(self, row, values):
        number = self._text(values, "number")
        known = self.orders.get(number) if number else None
        known = known if known and known.lines else None
        quantity = self._number(values, "quantity", default=Decimal(1))
        returning = self._is_return(number)
        self._check_quantity(quantity, returning)
        date = self._date(values, known)
        if "number" in self.options.columns and not number:
            raise RowError("order_missing")
        self._check_line_ref(row, values)
        customer = self._customer(values, known)
        sku, name = self._product(values)
        if returning:
            self._add_return(row, number, date, customer, sku, name, -quantity)
            return
        line = self._line(row, values, sku, name, quantity)
        number = number or self._own_number(customer, date)
        self._add_line(number, row, date, customer, values, line)

    def _check_quantity(self, quantity, returning):
        if quantity == 0:
            raise RowError("quantity_zero")
        if abs(quantity) > MAX_QUANTITY:
            raise RowError("number_too_large", quantity)
        if returning and quantity > 0:
            raise RowError("return_positive", quantity)
        if quantity < 0 and not returning:
            raise RowError("quantity_negative", quantity)

    def _number(self, values, target, default=None):
        """:return: Decimal, or the default for a column that is not there."""
        if target not in self.options.columns:
            return default
        value = values[target]
        try:
            return parse_number(value, self.options.decimal)
        except ValueError as error:
            if default is not None and str(error) == "number_missing":
                return default
            raise RowError(f"{target}_{error.args[0]}", clean_text(value)) from None

    def _date(self, values, known):
        value = values.get("date")
        if known and value in (None, ""):
            return known.date
        try:
            moment, has_time = parse_datetime(
                value, self.options.date_order, self.options.tz
            )
        except ValueError as error:
            raise RowError(error.args[0], clean_text(value)) from None
        if moment > self._latest:
            raise RowError("date_future", clean_text(value))
        # Noon keeps the day, also when the shop's time zone is corrected later.
        return moment if has_time else datetime.combine(moment, time(12))

    def _check_line_ref(self, row, values):
        ref = clean_text(values.get("line_ref"))
        if not ref:
            return
        first = self._line_refs.setdefault(ref, row)
        if first != row:
            raise RowError("line_repeated", ref, first, level="skip")

    def _customer(self, values, known):
        """:return: what identifies the customer; a name never does.

        Hidden phone numbers and addresses are the same for many customers.
        """
        ref = self._text(values, "customer")
        if ref and not is_masked(ref):
            return ("id", ref)
        phone = self._text(values, "phone")
        phone = "" if is_masked(phone) else phone and self.options.phone(phone)
        if phone:
            return ("phone", phone)
        email = self._text(values, "email").lower()
        if "@" in email and not is_masked(email):
            return ("email", email)
        if known:
            return known.customer
        raise RowError("no_customer", clean_text(values.get("number")), level="skip")

    def _product(self, values):
        """:return: (code, name) of the product; goods without code go by name."""
        name = self._text(values, "product")
        sku = self._text(values, "sku") or name or self.options.product
        variant = self._text(values, "variant")
        label = name or sku
        if variant and variant != "-":
            label = f"{label} ({variant})"
        return sku, self._texts.setdefault(label, label)

    def _line(self, row, values, sku, name, quantity):
        amount = self._number(values, "amount")
        price = self._number(
            values, "unit_price", Decimal() if amount is not None else None
        )
        cent = Decimal(1).scaleb(-self.options.digits)
        if (amount if amount is not None else price) < 0:
            raise RowError("amount_negative", amount if amount is not None else price)
        if amount is None:
            amount = (price * quantity).quantize(cent, ROUND_HALF_UP)
        else:
            price = amount / quantity
        if amount > MAX_AMOUNT:
            raise RowError("number_too_large", amount)
        if amount != amount.quantize(cent):
            raise RowError("amount_decimals", amount)
        state, returned = self._state(values, quantity)
        return PlanLine(
            row, sku, name, float(quantity), float(price), amount, returned, state
        )

    def _state(self, values, quantity):
        """:return: (state, returned quantity) of a line."""
        returned = self._number(values, "returned", Decimal())
        if not 0 <= returned <= quantity:
            raise RowError("returned_bad", returned)
        word = clean_text(values.get("status"))
        if not word:
            return "sale", float(returned)
        state = status_state(word, self.options.status_words)
        if not state:
            raise RowError("status_unknown", word)
        if state == "return":
            return "sale", float(returned or quantity)
        return state, float(returned)

    def _own_number(self, customer, date):
        """:return: number of an order in a file without numbers: every row is one
        order, told apart by customer, day and its place among that day's rows."""
        key = f"{customer[1]}-{date:%Y%m%d}"
        self._counts[key] = self._counts.get(key, 0) + 1
        return f"{key}-{self._counts[key]}"

    def _add_line(self, number, row, date, customer, values, line):
        order = self.orders.get(number)
        if order is None or not order.lines:
            bad = order.bad if order else 0
            contact = {
                target: self._text(values, target)
                for target in ("name", "phone", "email", "street", "subdistrict")
                + ("city", "province", "zip")
                if target in values
            }
            self.orders[number] = PlanOrder(
                number, row, date, customer, contact, [line], bad
            )
            return
        if order.customer != customer:
            raise RowError("conflict_customer", number, order.row)
        if abs(order.date - date) > SAME_ORDER:
            raise RowError("conflict_date", number, order.row)
        order.date = min(order.date, date)
        order.lines.append(line)

    def _add_return(self, row, number, date, customer, sku, name, quantity):
        position = self._counts[number] = self._counts.get(number, 0) + 1
        self.returns.append(
            PlanReturn(
                number, position, row, date, customer, sku, name, float(quantity)
            )
        )
