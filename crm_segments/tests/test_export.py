import os
import time
from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.crm_segments.models import crm_export, crm_export_run
from odoo.addons.crm_segments.tools.domain_words import domain_words
from odoo.addons.crm_segments.tools.export_file import XlsxFile

from .common_export import VIEWER, ExportCase

RUN = "odoo.addons.crm_segments.models.crm_export_run"


@tagged("post_install", "-at_install")
class TestExport(ExportCase):
    """From the button above the list to the file, and what stays of it."""

    def test_default_columns(self):
        rows = self.rows(self.make(self.export()))
        self.assertEqual(rows[0][0], "Member Number")
        self.assertEqual(rows[0][9], "Postcode")
        self.assertEqual(len(rows[0]), 16)
        self.assertEqual([row[1] for row in rows[1:]], self.people.mapped("name"))
        numbers = self.people.mapped("member_number")
        self.assertEqual([row[0] for row in rows[1:]], numbers)

    def test_every_type(self):
        group = self.env["crm.customer.group"].create({"name": "Gold"})
        vip, old = self.env["res.partner.category"].create(
            [{"name": "A VIP"}, {"name": "B Old"}]
        )
        somchai = self.people[0]
        somchai.write(
            {
                "phone": "081 234 5678",
                "zip": "01000",
                "weight": 61.5,
                "gender": "male",
                "birthdate": "1990-02-03",
                "customer_group_id": group.id,
                "category_id": [(4, vip.id), (4, old.id)],
                "comment": "<p>Likes <b>tea</b></p>",
                "color": 7,
            }
        )
        columns = [
            *("phone", "zip", "weight", "gender", "birthdate", "customer_group_id"),
            *("category_id", "comment", "color", "is_company", "create_date", "age"),
            *("display_name", "customer_amount_paid", "customer_lifecycle"),
        ]
        expected = [
            *("081 234 5678", "01000", 61.5, "Male", datetime(1990, 2, 3), "Gold"),
            *("A VIP, B Old, Export me", "Likes *tea*", 7, "No"),
        ]
        local = somchai.create_date.replace(microsecond=0) + timedelta(hours=7)
        row = self.rows(self.make(self.export(columns)))[1]
        self.assertEqual(row[:10], expected)
        self.assertLess(abs(row[10] - local), timedelta(seconds=2), "the shop's clock")
        self.assertEqual(row[11], somchai.age)
        self.assertEqual(row[12], somchai.display_name)
        self.assertEqual(row[13:], [0, "Prospect"])
        empty = self.rows(self.make(self.export(columns)))[2]
        self.assertEqual(empty[:6], [None] * 6)
        row = self.rows(self.make(self.export(columns, fmt="csv")))[1]
        self.assertEqual(
            row[:5], ["081 234 5678", "01000", "61.5", "Male", "1990-02-03"]
        )

    def test_figures_of_the_company(self):
        product = self.env["product.product"].create(
            {"name": "Tea", "type": "service", "taxes_id": False}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.people[1].id,
                "date_order": "2026-05-01 05:00:00",
                "order_line": [(0, 0, {"product_id": product.id, "price_unit": 99.5})],
            }
        )
        order.action_confirm()
        order.date_order = "2026-05-01 05:00:00"
        self.env["crm.customer.metric"]._rebuild()
        names = [
            *("customer_order_count", "customer_amount_total"),
            *("customer_amount_total_all", "customer_last_order_date"),
        ]
        rows = self.rows(self.make(self.export(names)))
        self.assertEqual(rows[2], [1, 99.5, 99.5, datetime(2026, 5, 1)])
        self.assertEqual(rows[1], [0, 0, 0, None])
        other = self.env["res.company"].create({"name": "Other"})
        both = self.new_user("both", VIEWER, other)
        rows = self.rows(self.make(self.export(names, user=both)))
        self.assertEqual(rows[2], [0, 0, 0, None])

    def test_thai(self):
        self.env["res.lang"]._activate_lang("th_TH")
        self.user.lang = "th_TH"
        self.people[0].name = "สมหญิง ใจดี"
        label = dict(
            self.env["res.partner"].with_context(lang="th_TH").fields_get(["name"])
        )["name"]["string"]
        for fmt in ("xlsx", "csv"):
            rows = self.rows(self.make(self.export(["name"], fmt=fmt)))
            self.assertEqual(rows[0], [label])
            self.assertEqual(rows[1], ["สมหญิง ใจดี"])

    def test_ticked_filtered_everything(self):
        ticked = self.export(["name"], active_ids=self.people[:2].ids)
        self.assertEqual((ticked.what, ticked.row_count), ("ticked", 2))
        self.assertEqual(len(self.rows(self.make(ticked))), 3)
        filtered = self.export(["name"])
        self.assertEqual((filtered.what, filtered.row_count), ("filtered", 3))
        domain = [["category_id", "in", self.tag.ids]]
        whole = self.export(
            ["name"], active_ids=self.people[:1].ids, crm_whole_result=domain
        )
        self.assertEqual((whole.what, whole.row_count), ("filtered", 3))
        every = self.export(["name"])
        every.what = "all"
        customers = self.env["res.partner"].search([("member_number", "!=", False)])
        self.assertEqual(every.row_count, len(customers))
        self.assertEqual(len(self.rows(self.make(every))), len(customers) + 1)

    def test_everything_from_the_list_of_exports(self):
        exports = self.env["crm.export"].with_user(self.user)
        exports = exports.with_context(
            active_model="crm.export",
            active_domain=[["state", "!=", "draft"]],
            active_ids=[],
        )
        export = exports.browse(exports.action_new()["res_id"])
        customers = self.env["res.partner"].search([("member_number", "!=", False)])
        self.assertEqual((export.what, export.row_count), ("all", len(customers)))

    def test_nothing_chosen(self):
        export = self.export(["name"])
        export.what = "ticked"
        self.assertEqual(export.row_count, 0)
        with self.assertRaisesRegex(UserError, "Nothing to export"):
            export.action_start()
        export = self.export(["name"])
        export.column_ids.unlink()
        with self.assertRaisesRegex(UserError, "at least one column"):
            export.action_start()

    def test_gaps_between_the_ticked(self):
        """Read by range where few ids are left out, else by id; never too many."""
        others = self.env["res.partner.category"].create([{"name": n} for n in "ZA"])
        people = self.customers(*(f"Customer {n:02}" for n in range(24)))
        people[4].category_id = others
        for some in (people[1:], people[1:6] | people[7:11], people[::7]):
            with self.subTest(some=some.mapped("name")):
                self.patch(crm_export_run, "BATCH", 8)
                export = self.export(["name", "category_id"], active_ids=some.ids)
                rows = self.rows(self.make(export))[1:]
                tags = {c: "Export me" for c in some} | {people[4]: "A, Z"}
                self.assertEqual(rows, [[c.name, tags[c]] for c in some])

    def test_archived_when_ticked(self):
        self.people[0].active = False
        export = self.export(["name"], active_ids=self.people.ids)
        self.assertEqual(len(self.rows(self.make(export))), 4)

    def test_several_batches_and_sheets(self):
        self.customers(*(f"Customer {n}" for n in range(20)))
        self.patch(crm_export_run, "BATCH", 4)
        self.patch(XlsxFile, "max_rows", 11)
        rows = self.rows(self.make(self.export(["name", "member_number"])))
        names = [row[0] for row in rows if row[0] != "Name"]
        domain = [("category_id", "in", self.tag.ids)]
        found = self.env["res.partner"].search(domain, order="id")
        self.assertEqual(names, found.mapped("name"))
        self.assertEqual(len(rows), 23 + 3)

    def test_log_outlives_the_file(self):
        export = self.make(self.export(["name", "phone"]))
        export.action_download()
        log = self.env["crm.export.log"].search([("export_number", "=", export.id)])
        made = log.filtered(lambda entry: entry.event == "made")
        self.assertEqual(made.user_id, self.user)
        self.assertEqual(made.user_name, self.user.name)
        self.assertEqual((made.row_count, made.columns), (3, "Name, Phone"))
        self.assertIn("Export me", made.filter_words)
        self.assertEqual(made.file_format, "XLSX")
        file = export.attachment_id
        self.assertEqual(export.expires_on, fields.Date.to_date(export.expires_on))
        export.sudo().date_done -= timedelta(days=7, hours=1)
        self.env["crm.export"]._gc_exports()
        self.assertFalse(export.exists() or file.exists())
        self.assertEqual(log.exists(), log)
        last = self.env["crm.export.log"].search([], limit=1)
        self.assertEqual(last.event, "deleted")

    def test_kept_for_a_week(self):
        export = self.make(self.export(["name"]))
        draft = self.export(["name"])
        export.sudo().date_done -= timedelta(days=6)
        self.env["crm.export"]._gc_exports()
        self.assertTrue(export.exists() and export.attachment_id and draft.exists())

    def test_told_when_ready(self):
        sent = []

        def note(_user, kind, message):
            sent.append((kind, message.get("state")))

        self.patch(type(self.env["res.users"]), "_bus_send", note)
        export = self.make(self.export(["name"]))
        told = [state for kind, state in sent if kind == "crm_export"]
        self.assertEqual(told, ["running", "done"])
        self.assertEqual(export.activity_ids.user_id, self.user)
        export._note_download()
        self.assertFalse(export.activity_ids)
        self.assertEqual(self.events(export), ["asked", "made", "downloaded"])

    def test_rate(self):
        self.patch(crm_export, "MAX_OPEN", 2)
        first, second, third = (self.export(["name"]) for _number in range(3))
        first.action_start()
        second.action_start()
        with self.assertRaisesRegex(UserError, "are being made"):
            third.action_start()
        second.action_cancel()
        third.action_start()
        self.run_job()
        self.patch(crm_export, "MAX_PER_HOUR", 3)
        with self.assertRaisesRegex(UserError, "within an hour"):
            self.export(["name"]).action_start()

    def test_cancel(self):
        waiting = self.export(["name"])
        waiting.action_start()
        waiting.action_cancel()
        self.run_job()
        self.assertEqual(waiting.state, "cancelled")
        self.assertFalse(waiting.attachment_id)
        self.patch(crm_export_run, "BATCH", 1)
        running = self.export(["name"])
        running.action_start()
        read = crm_export_run.ColumnReader.read

        def cancelled_meanwhile(reader, ids):
            reader.model.env["crm.export"].browse(running.id).action_cancel()
            return read(reader, ids)

        with patch.object(crm_export_run.ColumnReader, "read", cancelled_meanwhile):
            self.assertTrue(self.run_turn(running, 1000))
        self.assertEqual(running.state, "cancelled")
        self.assertFalse(running.attachment_id)
        self.assertFalse(running.sudo()._folder().exists())

    def run_turn(self, export, seconds=-1):
        """One turn of the job that is over after the first batch."""
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.env.registry.cursor() as cr:
            over = time.monotonic() + seconds
            job = export.with_env(api.Environment(cr, SUPERUSER_ID, {}))
            answer = job._run_safely(over)
        self.env.invalidate_all()
        return answer

    def test_turns(self):
        """A turn of the job ends after its time; the next one goes on."""
        self.patch(crm_export_run, "BATCH", 2)
        for fmt in ("xlsx", "csv"):
            export = self.export(["name"], fmt=fmt)
            export.action_start()
            self.assertFalse(self.run_turn(export))
            self.assertEqual((export.state, export.done_count), ("running", 2))
            self.assertFalse(export.attachment_id, "no half file to be seen")
            self.assertTrue(self.run_turn(export, 1000))
            names = [row[0] for row in self.rows(export)]
            self.assertEqual(names, ["Name", *self.people.mapped("name")])

    def test_begins_again_without_its_folder(self):
        self.patch(crm_export_run, "BATCH", 2)
        export = self.export(["name"], fmt="csv")
        export.action_start()
        self.run_turn(export)
        export.sudo()._remove_folder()
        self.people[0].name = "Changed"
        self.assertTrue(self.run_turn(export, 1000))
        names = [row[0] for row in self.rows(export)]
        self.assertEqual(names, ["Name", *self.people.mapped("name")])

    def test_what_a_killed_job_left_is_cut_off(self):
        self.patch(crm_export_run, "BATCH", 2)
        export = self.export(["name"], fmt="csv")
        export.action_start()
        self.run_turn(export)
        with open(export.sudo()._folder() / "rows-0.csv", "ab") as file:
            file.write(b"half a ro")
        self.run_turn(export, 1000)
        names = [row[0] for row in self.rows(export)]
        self.assertEqual(names, ["Name", *self.people.mapped("name")])

    def test_given_up_when_it_kills_the_server(self):
        export = self.export(["name"])
        export.action_start()
        export.sudo().tries = crm_export_run.MAX_TRIES
        self.run_job()
        self.assertEqual(export.state, "failed")
        self.assertIn("fewer rows", export.error_message)
        self.assertEqual(self.events(export)[-1], "failed")
        export.action_start()
        self.run_job()
        self.assertEqual(export.state, "done")

    @mute_logger(RUN)
    def test_errors_are_told_in_plain_words(self):
        for error, words in (
            (ValueError("secret detail"), "Try again"),
            (OSError("No space left"), "no room"),
        ):
            export = self.export(["name"])
            with patch.object(crm_export_run.ColumnReader, "read", side_effect=error):
                self.make(export)
            self.assertEqual(export.state, "failed")
            self.assertIn(words, export.error_message)

    def test_not_made_by_two_workers(self):
        export = self.export(["name"])
        export.action_start()
        lock = SQL("SELECT pg_advisory_lock(%s, %s)", crm_export_run.LOCK, export.id)
        with self.env.registry.cursor() as other:
            other.execute(lock)
            self.run_job()
            self.assertEqual(export.state, "waiting")
            other.execute(
                SQL("SELECT pg_advisory_unlock(%s, %s)", crm_export_run.LOCK, export.id)
            )
        self.run_job()
        self.assertEqual(export.state, "done")

    def test_folders_are_swept(self):
        export = self.export(["name"])
        export.action_start()
        folder = export.sudo()._folder()
        folder.mkdir(parents=True, exist_ok=True)
        stray = folder.parent / "999999999"
        stray.mkdir(exist_ok=True)
        self.env["crm.export"]._sweep_folders()
        self.assertTrue(folder.exists())
        self.assertFalse(stray.exists())
        self.run_job()
        self.assertFalse(folder.exists())

    def test_erased_person_is_in_no_file(self):
        ready = self.make(self.export(["name"]))
        file = ready.attachment_id
        begun = self.export(["name"])
        self.patch(crm_export_run, "BATCH", 1)
        begun.action_start()
        self.run_turn(begun)
        words = self.export(["name"], domain=[["name", "ilike", "Somchai"]])
        words.action_start()
        self.people[0].sudo()._crm_erase("test")
        self.assertFalse(ready.exists() or file.exists())
        self.assertEqual((begun.state, begun.done_count), ("waiting", 0))
        self.run_job()
        names = [row[0] for row in self.rows(begun)]
        self.assertNotIn("Somchai", names)
        self.assertIn("Malee", names)
        log = self.env["crm.export.log"].search([("export_number", "=", words.id)])
        self.assertNotIn("Somchai", log[-1].filter_words)

    def test_saved_columns(self):
        export = self.export(["phone", "name"])
        action = export.action_save_set()
        sets = self.env["crm.export.set"].with_user(self.user)
        saved = sets.with_context(**action["context"]).create({"name": "Calls"})
        self.assertEqual(saved.column_ids.mapped("name"), ["phone", "name"])
        other = self.export(["email"])
        other.set_id = saved
        with self.subTest("chosen on the form"):
            draft = other.new(origin=other)
            draft.set_id = saved
            draft._onchange_set_id()
            self.assertEqual(draft.column_ids.mapped("name"), ["phone", "name"])
        theirs = sets.with_user(self.manager)
        self.assertFalse(theirs.search([("id", "=", saved.id)]))
        saved.is_shared = True
        self.assertEqual(theirs.search([("id", "=", saved.id)]).name, "Calls")
        with self.assertRaises(AccessError):
            saved.with_user(self.manager).name = "Mine now"

    def test_order_of_columns(self):
        export = self.export(["phone", "name", "email"])
        export.column_ids[2].sequence = 0
        export.invalidate_recordset()
        self.assertEqual(self.rows(self.make(export))[0], ["Email", "Phone", "Name"])

    def test_sample(self):
        """The sample has the columns of the real file, and nobody's data."""
        for fmt in ("xlsx", "csv"):
            export = self.export(fmt=fmt)
            name, _mimetype, content = export._sample()
            self.assertEqual(name, f"sample.{fmt}")
            sample = self.read(content, fmt)
            self.assertEqual(len(sample), 4)
            self.assertEqual(sample[0], self.rows(self.make(export))[0])
            self.assertFalse({row[1] for row in sample} & {*self.people.mapped("name")})
            self.assertEqual(sample[1][3], "081 234 5678")

    def test_same_file_twice(self):
        first = self.make(self.export(["name"], fmt="csv"))
        second = self.make(self.export(["name"], fmt="csv"))
        self.assertEqual(self.rows(first), self.rows(second))
        first.unlink()
        path = self.env["ir.attachment"]._full_path(
            second.attachment_id.sudo().store_fname
        )
        self.assertTrue(os.path.exists(path))

    def test_words_of_a_filter(self):
        words = self.env["res.partner"]
        for domain, text in (
            ([("gender", "=", "female")], "Gender is Female"),
            ([("name", "ilike", "som")], "Name contains som"),
            ([("phone", "=", False)], "Phone is empty"),
            (
                ["|", ("zip", "=", "10110"), ("category_id", "in", self.tag.ids)],
                "(Zip is 10110 or Tags is Export me)",
            ),
            ([("birthdate", ">", str(date(2000, 1, 1)))], "Birthday > 2000-01-01"),
            ([("customer_group_id", "any", [("name", "=", "X")])], "any with"),
            (["!", ("zip", "=", "1")], "Zip is not 1"),
            (["!", ("zip", "=like", "1%")], "Zip not =like 1%"),
            ([(1, "=", 1)], ""),
        ):
            self.assertIn(text, domain_words(words, Domain(domain)))
