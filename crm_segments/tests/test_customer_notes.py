import io
import zipfile
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

from ..models import res_partner_notes
from .pictures import encoded

GROUP = "crm_segments.crm_segments_group_{}"
RECORDED = b"\x1a\x45\xdf\xa3 what was said"


class NotesCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = (
            cls.env["res.partner"]
            .with_context(crm_customer=True)
            .create({"name": "Notes Malee"})
        )
        cls.viewer, cls.officer = (
            new_test_user(
                cls.env, f"notes_{role}", GROUP.format(role), password=f"notes_{role}"
            )
            for role in ("viewer", "officer")
        )

    def save(self, text="", voice=None, user=None):
        customer = self.customer.with_user(user or self.officer)
        message = self.env["mail.message"].browse(
            customer.save_customer_note(text, voice)
        )
        self.assertTrue(message.exists())
        return message

    def notes(self):
        return self.env["mail.message"].search(
            [
                ("model", "=", "res.partner"),
                ("res_id", "=", self.customer.id),
                ("message_type", "=", "comment"),
            ]
        )


@tagged("post_install", "-at_install")
class TestCustomerNotes(NotesCase):
    """A note is an internal note of the chatter."""

    def test_author_and_place(self):
        note = self.save("Likes <b>tea</b>\nแพ้กุ้ง")
        self.assertEqual(note.author_id, self.officer.partner_id)
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_note"))
        self.assertIn(note, self.notes())
        self.assertEqual((note.model, note.res_id), ("res.partner", self.customer.id))
        self.assertIn("&lt;b&gt;tea", note.body)
        self.assertRegex(note.body, "<br ?/?>แพ้กุ้ง")
        self.assertFalse(note.notified_partner_ids or note.attachment_ids)

    def test_viewer_reads_only(self):
        note = self.save("Likes tea")
        self.assertIn("tea", note.with_user(self.viewer).body)
        with self.assertRaises(AccessError):
            self.save("Mine", user=self.viewer)

    def test_customer_of_another_company(self):
        company = self.env["res.company"].create({"name": "Second Shop"})
        self.customer.company_id = company
        with self.assertRaises(AccessError):
            self.save("Likes tea")

    def test_nothing_to_keep(self):
        for text in ("", "  \n"):
            with self.subTest(text), self.assertRaises(UserError):
                self.save(text)

    def test_voice(self):
        for data, ending in (
            (RECORDED, "webm"),
            (b"OggS and so on", "ogg"),
            (b"\0\0\0\x20ftypisom", "mp4"),
        ):
            with self.subTest(ending):
                note = self.save(voice=encoded(data))
                file = note.attachment_ids
                self.assertEqual(file.raw, data)
                self.assertTrue(file.name.endswith(f".{ending}"), file.name)
                self.assertRegex(file.mimetype, "^(audio|video)/")
                self.assertEqual(file.with_user(self.viewer).raw, data)

    def test_only_recordings_by_content(self):
        for data in (b"<html>", b"MZ", b"", b"\0\0\0\x20text"):
            with self.subTest(data), self.assertRaises(UserError):
                self.save("With a file", encoded(data) or "=")
        with patch.object(res_partner_notes, "MAX_VOICE_BYTES", 5):
            with self.assertRaisesRegex(UserError, "too long"):
                self.save(voice=encoded(RECORDED))
        self.assertFalse(self.notes())

    def test_personal_data(self):
        self.save("Likes tea")
        file = self.save(voice=encoded(RECORDED)).attachment_ids
        _name, content = self.customer._crm_export_zip()
        archive = zipfile.ZipFile(io.BytesIO(content))
        self.assertIn(b"Likes tea", archive.read("messages.json"))
        voices = [n for n in archive.namelist() if n.endswith(".webm")]
        self.assertEqual([archive.read(name) for name in voices], [RECORDED])
        self.customer._crm_erase("test")
        self.assertFalse(self.notes() or file.exists())


@tagged("post_install", "-at_install")
class TestCustomerNotesTour(NotesCase, HttpCase):
    """In a real browser, with a recogniser that hears what the tour says."""

    browser_size = "1366x768"

    def play(self, tour, login="notes_officer"):
        self.start_tour(
            f"/odoo/crm-customers/{self.customer.id}", tour, login=login, timeout=90
        )

    def test_dictation(self):
        self.play("crm_segments_customer_notes")
        spoken, typed = self.notes()
        self.assertIn("Likes jasmine tea แพ้กุ้ง", typed.body)
        self.assertEqual(spoken.attachment_ids.raw[:4], RECORDED[:4])
        self.assertEqual((spoken | typed).author_id, self.officer.partner_id)

    def test_browser_without_dictation(self):
        self.play("crm_segments_customer_notes_plain")
        self.assertIn("Typed after all", self.notes().body)

    def test_viewer(self):
        self.save("Seen by all")
        self.play("crm_segments_customer_notes_viewer", "notes_viewer")


@tagged("post_install", "-at_install")
class TestCustomerNotesPhone(TestCustomerNotesTour):
    browser_size = "390x844"
    touch_enabled = True
