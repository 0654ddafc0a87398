import base64
import csv
import io
from datetime import date, datetime

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common_import import ImportCase
from .test_order_file import xlsx

HEAD = "Order ID,Date,Customer ID,SKU,Quantity,Price\n"
ROW = "1001,1/5/2567,c1,A,2,10.50\n"


@tagged("post_install", "-at_install")
class TestOrderImport(ImportCase):
    """A shop moves in with its whole history: each order once, with its own day and
    amount, and nobody is written to about it."""

    def test_from_upload_to_orders(self):
        record = self.upload(HEAD + ROW + "1001,1/5/2567,c1,B,1,0\n")
        self.assertEqual(record.state, "draft")
        record.action_check()
        self.assertEqual((record.state, record.error_message), ("checked", False))
        self.assertFalse(self.orders(record), "checking must not write")
        self.assertEqual((record.row_count, record.order_count), (2, 1))
        self.assertEqual((record.amount_total, record.new_product_count), (21, 2))
        self.assertEqual(record.new_customer_count, 1)
        self.assertEqual((record.date_from, record.date_to), (date(2024, 5, 1),) * 2)
        record.action_import()
        self.assertEqual(record.state, "running")
        self.run_cron()
        self.assertEqual((record.state, record.done_count), ("done", 1))
        self.assertEqual(record.progress, 100)
        order = self.orders(record)["1001"]
        self.assertEqual((order.state, order.amount_total), ("sale", 21))
        self.assertEqual(order.date_order, datetime(2024, 5, 1, 5), "noon in Bangkok")
        self.assertFalse(order.order_line.tax_ids, "the file's amounts include tax")
        self.assertEqual(order.order_line.mapped("price_total"), [21, 0])
        self.assertEqual(order.invoice_status, "no")
        self.assertEqual(order.order_line.product_id.mapped("type"), ["service"] * 2)

    def test_no_messages(self):
        """Neither the customers nor the followers of anything hear of an import."""
        mails = self.env["mail.mail"].search_count([])
        before = self.env["mail.message"].search_count([("model", "=", "sale.order")])
        self.run_import(self.upload(HEAD + ROW))
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        after = self.env["mail.message"].search_count([("model", "=", "sale.order")])
        self.assertEqual(after, before)

    def test_an_order_number_once(self):
        first = self.run_import(self.upload(HEAD + ROW))
        again = self.upload(HEAD + ROW + "1002,2/5/2024,c1,A,1,10.50\n")
        again.action_check()
        self.assertEqual((again.known_order_count, again.order_count), (1, 1))
        self.assertEqual((again.new_customer_count, again.known_customer_count), (0, 1))
        self.run_import(again)
        self.assertEqual(list(self.orders(first)), ["1001"])
        self.assertEqual(list(self.orders(again)), ["1002"])
        partners = [list(self.orders(r).values())[0].partner_id for r in (first, again)]
        self.assertEqual(*partners)

    def test_sources_have_their_own_numbers(self):
        first = self.run_import(self.upload(HEAD + ROW, source="north"))
        other = self.run_import(self.upload(HEAD + ROW, source="south"))
        customers = [self.orders(r)["1001"].partner_id for r in (first, other)]
        self.assertNotEqual(*customers, "c1 of another shop is another customer")

    def test_imported_twice_at_once(self):
        """The database itself refuses a second order of the same number."""
        order = self.orders(self.run_import(self.upload(HEAD + ROW)))["1001"]
        twin = order.copy()
        self.assertFalse(twin.import_number)
        with self.assertRaises(Exception) as caught, self.env.cr.savepoint():
            twin.write({"import_source": "file", "import_number": "1001"})
            self.env.flush_all()
        self.assertEqual(type(caught.exception).__name__, "UniqueViolation")

    def test_known_customer_by_phone_never_by_name(self):
        partners = self.env["res.partner"]
        named = partners.create({"name": "Somchai"})
        phoned = partners.create({"name": "Malee", "phone": "081 234 5678"})
        head = "Order ID,Date,Customer name,Phone,SKU,Quantity,Price\n"
        record = self.run_import(
            self.upload(head + "1,1/5/2024,Somchai,+66 81-234-5678,A,1,5\n")
        )
        self.assertEqual(self.orders(record)["1"].partner_id, phoned)
        self.assertFalse(named.sale_order_ids)

    def test_two_customers_with_one_phone(self):
        head = "Order ID,Date,Customer ID,Customer name,Phone,SKU,Quantity,Price\n"
        rows = "".join(f"{n},1/5/2024,c{n},Name {n},0812345678,A,1,5\n" for n in (1, 2))
        orders = self.orders(self.run_import(self.upload(head + rows)))
        self.assertNotEqual(orders["1"].partner_id, orders["2"].partner_id)
        self.assertEqual(orders["2"].partner_id.name, "Name 2")

    def test_known_product(self):
        product = self.env["product.product"].create(
            {"name": "Tea", "default_code": "A", "list_price": 99}
        )
        record = self.run_import(self.upload(HEAD + ROW))
        line = self.orders(record)["1001"].order_line
        self.assertEqual((line.product_id, line.price_unit), (product, 10.5))
        self.assertEqual(product.list_price, 99)

    def test_exact_amounts(self):
        """29.33 for 2 pieces has no unit price of two decimals."""
        head = "Date,Customer ID,Quantity,Amount\n"
        rows = "".join(f"1/5/2024,c{n},{n},29.33\n" for n in range(1, 8))
        record = self.run_import(self.upload(head + rows))
        self.assertEqual(record.done_count, 7)
        for order in self.orders(record).values():
            self.assertEqual(order.amount_total, 29.33)

    def test_defaults_of_the_file(self):
        branch = self.env["crm.branch"].create({"name": "Silom", "code": "SLM"})
        team = self.env["crm.team"].create({"name": "Market"})
        record = self.upload(HEAD + ROW, branch_id=branch.id, team_id=team.id)
        order = self.orders(self.run_import(record))["1001"]
        self.assertEqual((order.branch_id, order.team_id), (branch, team))

    def test_xlsx(self):
        rows = [line.split(",") for line in (HEAD + ROW).splitlines()]
        rows[1][1] = datetime(2567, 5, 1, 18, 30)
        rows[1][4:] = [2, 10.5]
        record = self.run_import(self.upload(xlsx(rows), "orders.xlsx"))
        order = self.orders(record)["1001"]
        self.assertEqual(order.date_order, datetime(2024, 5, 1, 11, 30))
        self.assertEqual(order.amount_total, 21)

    def test_order_that_cannot_be_written(self):
        """One bad order does not take its batch along, and says why."""
        record = self.upload(HEAD + ROW + "1002,1/5/2024,c1,B,1,1\n")
        record.action_check()
        product = self.env["product.product"].create(
            {"name": "Late", "default_code": "B", "type": "service"}
        )
        tax = self.env["account.tax"].create({"name": "Own 7 %", "amount": 7})
        lines = type(self.env["sale.order.line"])
        create = lines.create

        def taxed(self, vals_list):
            for vals in vals_list:
                if vals.get("product_id") == product.id:
                    vals["tax_ids"] = [(6, 0, tax.ids)]
            return create(self, vals_list)

        self.patch(lines, "create", taxed)
        record.action_import()
        self.run_cron()
        self.assertEqual((record.state, list(self.orders(record))), ("done", ["1001"]))
        self.assertEqual((record.done_count, record.failed_count), (1, 1))
        finding = record.line_ids.filtered(lambda line: line.code == "write_failed")
        self.assertEqual((finding.row, finding.value), (3, "1002"))
        self.assertIn("1.07", finding.message)

    def test_pause_and_continue(self):
        rows = "".join(f"{n},1/5/2024,c1,A,1,5\n" for n in range(120))
        record = self.upload(HEAD + rows)
        record.action_check()
        record.action_import()
        record.action_pause()
        self.run_cron()
        self.assertEqual((record.state, record.done_count), ("paused", 0))
        record.action_import()
        self.run_cron()
        self.assertEqual((record.state, record.done_count), ("done", 120))
        with self.assertRaises(UserError):
            record.decimal = ","
        with self.assertRaises(UserError):
            record.action_import()

    def test_a_changed_setting_needs_a_new_check(self):
        record = self.upload(HEAD + ROW)
        record.action_check()
        record.decimal = ","
        self.assertEqual(record.state, "draft")
        with self.assertRaises(UserError):
            record.action_import()
        record.action_check()
        self.assertEqual(record.line_ids.message, "Price of one is not a number.")
        self.assertEqual(record.left_out_count, 0)
        self.assertEqual(record.order_count, 0)


@tagged("post_install", "-at_install")
class TestOrderImportFiles(ImportCase):
    """The files a Thai shop really has at hand are understood without any setting."""

    def test_shopee(self):
        record = self.sample("shopee.csv")
        self.assertEqual((record.map_id.name, record.source), ("Shopee", "shopee"))
        orders = self.orders(self.run_import(record))
        self.assertEqual(record.error_count + record.skip_count, 0)
        self.assertEqual(
            {number[-1]: (o.state, o.amount_total) for number, o in orders.items()},
            {"1": ("sale", 339), "2": ("cancel", 120), "3": ("draft", 297)}
            | {"4": ("sale", 231)},
        )
        first = orders["240501AAAAAAA1"]
        self.assertEqual(first.date_order, datetime(2024, 5, 1, 2, 30))
        self.assertEqual(first.order_line.mapped("returned_qty"), [0, 1])
        self.assertEqual(first.order_line[0].name, "ชาเขียว (100 กรัม)")
        self.assertEqual(first.partner_id.name, "Customer nong.mali")
        self.assertFalse(first.partner_id.phone, "a hidden number is no number")
        self.assertEqual(first.partner_id.zip, "50000")
        self.assertEqual(len({order.partner_id for order in orders.values()}), 2)

    def test_lazada(self):
        record = self.sample("lazada.csv")
        self.assertEqual(record.map_id.name, "Lazada")
        orders = self.orders(self.run_import(record))
        self.assertEqual(
            {number: (o.state, o.amount_total) for number, o in orders.items()},
            {"700100": ("sale", 240), "700102": ("sale", 88.5)},
        )
        self.assertEqual(record.line_ids.mapped("code"), ["no_customer"])
        self.assertEqual(orders["700102"].order_line.returned_qty, 1)
        self.assertEqual(orders["700100"].partner_id.phone_sanitized, "+66812345678")

    def test_tiktok(self):
        record = self.sample("tiktok.csv")
        self.assertEqual(record.map_id.name, "TikTok Shop")
        orders = self.orders(self.run_import(record))
        self.assertEqual(record.row_count, 2)
        order = orders["576000000000000001"]
        self.assertEqual((order.state, order.amount_total), ("sale", 990))
        self.assertEqual(order.date_order, datetime(2026, 2, 28, 14, 5, 59))
        self.assertEqual(order.partner_id.state_id.name, "ภูเก็ต")

    def test_columns_without_names(self):
        record = self.upload(" 00004 0001 19970101  2   29.33\r\n" * 2, "cdnow.txt")
        self.assertEqual((record.separator, record.header_row), ("space", 0))
        record.action_check()
        self.assertEqual(record.state, "draft")
        self.assertIn("Order date", record.error_message)
        with Form(record) as form:
            form.map_id = self.env.ref("crm_segments.crm_order_import_map_cdnow")
        self.assertEqual(record.source, "cdnow")
        orders = self.orders(self.run_import(record))
        self.assertEqual(sorted(orders), ["00004-19970101-1", "00004-19970101-2"])
        self.assertEqual(orders["00004-19970101-1"].order_line.product_id.name, "CD")

    def test_map_chosen_without_the_form(self):
        record = self.upload(" 00004 0001 19970101  2   29.33\r\n", "cdnow.txt")
        record.map_id = self.env.ref("crm_segments.crm_order_import_map_cdnow")
        self.assertEqual((record.source, record.product_name), ("cdnow", "CD"))
        self.assertEqual(record.column_ids[2].target, "date")
        self.assertFalse(record.error_message)

    def test_saved_map(self):
        record = self.upload(
            "Nr|Day|Who|Sum|Shade\n1|1/5/2024|c1|5|red\n", source="mine"
        )
        for column, target in zip(
            record.column_ids,
            ("number", "date", "customer", "amount", "variant"),
            strict=True,
        ):
            column.target = target
        record.action_save_map()
        again = self.upload("Who|Nr|Shade|Sum|Day\nc2|2|blue|7|2/5/2024\n")
        self.assertEqual((again.map_id.name, again.source), ("mine", "mine"))
        self.assertEqual(list(self.orders(self.run_import(again))), ["2"])

    def test_in_the_form(self):
        """The columns show as soon as a file is chosen, before saving."""
        with Form(self.imports) as form:
            form.file = base64.b64encode((HEAD + ROW).encode("utf-16"))
            self.assertEqual((form.encoding, form.separator), ("utf-16", ","))
            self.assertEqual(len(form.column_ids), 6)
        self.run_import(form.record)


@tagged("post_install", "-at_install")
class TestOrderImportBadFiles(ImportCase):
    """A bad file says what is wrong with it, by row, and leaves nothing behind."""

    def findings(self, record):
        return [(line.row, line.level, line.message) for line in record.line_ids]

    def test_unknown_columns(self):
        record = self.upload("Colour,Size\nred,1\n")
        record.action_check()
        self.assertEqual(record.state, "draft")
        for label in ("Order date", "Customer code", "Amount of the line"):
            self.assertIn(label, record.error_message)

    def test_column_meant_twice(self):
        record = self.upload(HEAD + ROW)
        record.column_ids[0].target = "date"
        record.action_check()
        self.assertIn("Two columns", record.error_message)

    def test_wrong_encoding(self):
        western = HEAD + "1001,1/5/2024,Renée,A,2,10.50\n"
        record = self.upload(western.encode("cp1252"))
        self.assertFalse(record.column_ids)
        self.assertIn("Choose another encoding", record.error_message)
        record.action_check()
        self.assertEqual(record.state, "draft")
        with Form(record) as form:
            form.encoding = "cp1252"
            self.assertEqual((form.separator, form.header_row), (",", 1))
        self.run_import(record)
        self.assertEqual(record.done_count, 1)

    def test_empty_file(self):
        self.assertIn("empty", self.upload(b"").error_message or "empty")
        record = self.upload(HEAD)
        record.action_check()
        self.assertEqual((record.state, record.order_count), ("checked", 0))

    def test_no_row_is_written_by_a_bad_file(self):
        counts = [self.env[m].search_count([]) for m in ("sale.order", "res.partner")]
        record = self.upload(HEAD + ROW + "1002,31/2/2024,c9,A,1,5\n1003,x,c1,A,1,-5\n")
        record.action_check()
        self.assertEqual(
            self.findings(record),
            [
                (3, "error", "This is no date; check the order of day and month."),
                (4, "error", "This is no date; check the order of day and month."),
            ],
        )
        self.assertEqual(record.error_count, 2)
        after = [self.env[m].search_count([]) for m in ("sale.order", "res.partner")]
        self.assertEqual(after, counts)
        self.run_import(record)
        self.assertEqual(list(self.orders(record)), ["1001"])

    def test_report(self):
        """The report opens in a spreadsheet; nothing in it may run there."""
        record = self.upload(HEAD + '1001,"=HYPERLINK(""http://x"")",c1,A,1,5\n')
        record.action_check()
        content = base64.b64decode(record.report).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(content)))
        self.assertEqual(rows[1][0], "2")
        self.assertEqual(rows[1][3], '\'=HYPERLINK("http://x")')
        self.assertIn(f"/{record.id}/report/", record.action_report()["url"])

    def test_many_findings(self):
        """A file wrong from top to bottom is counted in full and listed in part."""
        from ..models import crm_file_import_check  # noqa: PLC0415

        self.patch(crm_file_import_check, "MAX_FINDINGS", 10)
        record = self.upload(HEAD + "1,soon,c1,A,1,5\n" * 25)
        record.action_check()
        self.assertEqual((record.error_count, len(record.line_ids)), (25, 10))
        self.assertEqual(record.unlisted_count, 15)


@tagged("post_install", "-at_install")
class TestOrderImportReturns(ImportCase):
    """Goods that came back are taken from what the customer bought, once."""

    HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID\n"
    SOLD = "1,A,Tea,5,1/5/2024 08:00,10,c1\n2,A,Tea,5,3/5/2024 08:00,10,c1\n"

    def returned(self):
        lines = self.env["sale.order.line"].search(
            [("order_id.import_source", "=", "online-retail")], order="id"
        )
        return lines.mapped("returned_qty")

    def test_taken_back_once(self):
        file = self.HEAD + self.SOLD + "C3,A,Tea,-6,4/5/2024 08:00,10,c1\n"
        record = self.run_import(self.upload(file))
        self.assertEqual((record.return_count, record.returned_count), (1, 1))
        self.assertEqual((self.returned(), record.line_ids.ids), ([1, 5], []))
        again = self.run_import(self.upload(file))
        self.assertEqual((self.returned(), again.returned_count), ([1, 5], 0))
        orders = self.env["sale.order"].search(
            [("import_source", "=", "online-retail")]
        )
        self.assertEqual(orders.mapped("amount_total"), [50, 50], "stays as sold")

    def test_returns_in_a_later_file(self):
        self.run_import(self.upload(self.HEAD + self.SOLD))
        later = self.upload(self.HEAD + "C3,A,Tea,-2,2/5/2024 08:00,10,c1\n")
        later.action_check()
        self.assertEqual(later.unmatched_return_count, 0)
        self.run_import(later)
        self.assertEqual(self.returned(), [2, 0], "the purchase before the return")

    def test_unmatched_are_listed(self):
        file = (
            self.HEAD
            + self.SOLD
            + (
                "C3,A,Tea,-1,30/4/2024 08:00,10,c1\n"
                "C4,B,Cup,-1,4/5/2024 08:00,10,c1\n"
                "C5,A,Tea,-1,4/5/2024 08:00,10,c2\n"
                "C6,A,Tea,-12,4/5/2024 08:00,10,c1\n"
            )
        )
        record = self.run_import(self.upload(file))
        self.assertEqual(
            [(line.row, line.level, line.code) for line in record.line_ids],
            [
                (4, "return", "return_before_purchase"),
                (5, "return", "return_no_purchase"),
                (6, "return", "return_no_purchase"),
                (7, "return", "return_exceeds"),
            ],
        )
        self.assertEqual(record.line_ids[-1].value, "C6 A × 12")
        self.assertIn("2 without a purchase", record.line_ids[-1].message)
        self.assertEqual((self.returned(), record.unmatched_return_count), ([5, 5], 4))
        customers = self.env["crm.partner.identity"].search([])
        self.assertNotIn("c2", customers.mapped("external_id"))
