import base64
import io
import json
import zipfile
from datetime import date
from unittest.mock import patch

from PIL import Image

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

from ..models.crm_customer_photo import SIDE
from ..tools import photo
from ..tools.local_date import local_today
from .pictures import encoded, picture

GROUP = "crm_segments.crm_segments_group_{}"


class AlbumCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"].with_context(crm_customer=True)
        cls.customer, cls.other = partners.create(
            [{"name": "Album Malee"}, {"name": "Album Somchai"}]
        )
        cls.users = {
            name: new_test_user(
                cls.env, f"album_{name}", GROUP.format(role), password=f"album_{name}"
            )
            for name, role in (
                ("viewer", "viewer"),
                ("officer", "officer"),
                ("colleague", "officer"),
                ("manager", "manager"),
            )
        }

    def photo(self, user="officer", data=None, **values):
        photos = self.env["crm.customer.photo"].with_user(self.users[user])
        return photos.create(
            {
                "partner_id": self.customer.id,
                "image_1920": encoded(picture() if data is None else data),
                **values,
            }
        )

    def files(self, photos):
        self.env.flush_all()
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", photos._name),
                ("res_id", "in", photos.ids),
                ("res_field", "!=", False),
            ]
        )


@tagged("post_install", "-at_install")
class TestCustomerAlbum(AlbumCase):
    """What stands in the album, and who may change it."""

    # -- who may do what -----------------------------------------------------------

    def test_viewer_looks_only(self):
        made = self.photo(caption="Before")
        as_viewer = made.with_user(self.users["viewer"])
        self.assertEqual(as_viewer.caption, "Before")
        self.assertTrue(as_viewer.image_512)
        self.assertFalse(as_viewer.own)
        with self.assertRaises(AccessError):
            as_viewer.caption = "After"
        with self.assertRaises(AccessError):
            as_viewer.unlink()
        with self.assertRaises(AccessError):
            self.photo("viewer")

    def test_officer_changes_own_ones(self):
        made = self.photo()
        self.assertTrue(made.own)
        made.write({"caption": "Before", "kind": "contact"})
        as_colleague = made.with_user(self.users["colleague"])
        self.assertFalse(as_colleague.own)
        with self.assertRaises(AccessError):
            as_colleague.kind = "call"
        with self.assertRaises(AccessError):
            as_colleague.unlink()
        made.unlink()
        self.assertFalse(made.exists())

    def test_manager_changes_all(self):
        as_manager = self.photo().with_user(self.users["manager"])
        self.assertTrue(as_manager.own)
        as_manager.kind = "call"
        as_manager.unlink()
        self.assertFalse(as_manager.exists())

    def test_author_cannot_be_made_up(self):
        made = self.photo(create_uid=self.users["colleague"].id)
        self.assertEqual(made.create_uid, self.users["officer"])

    def test_other_company(self):
        made = self.photo()
        company = self.env["res.company"].create({"name": "Second Shop"})
        stranger = new_test_user(
            self.env,
            "album_stranger",
            GROUP.format("manager"),
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        as_stranger = made.with_user(stranger)
        self.assertFalse(as_stranger.search([("id", "=", made.id)]))
        with self.assertRaises(AccessError):
            as_stranger.read(["caption"])
        with self.assertRaises(AccessError):
            self.photo(company_id=company.id)
        self.customer.company_id = self.env.company
        with self.assertRaises(UserError):
            as_stranger.create(
                {"partner_id": self.customer.id, "image_1920": encoded(picture())}
            )

    # -- what is a photo -------------------------------------------------------------

    def test_only_pictures_by_content(self):
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'
        for data in (b"", b"hello", svg, b"%PDF-1.4 ...", picture()[:60]):
            with self.subTest(data[:10]), self.assertRaises(UserError):
                self.photo(data=data)
        for kind in photo.PHOTO_FORMATS:
            with self.subTest(kind):
                made = self.photo(data=picture(kind=kind))
                self.assertEqual(self._drawn(made).format, "JPEG")
        with self.assertRaises(UserError):
            made.image_1920 = encoded(svg)
        with self.assertRaises(UserError):
            self.photo(image_1920="no base64")

    def test_too_large(self):
        with patch.object(photo, "MAX_PHOTO_BYTES", 500):
            with self.assertRaisesRegex(UserError, "too large"):
                self.photo()
        with patch.object(photo, "MAX_PHOTO_PIXELS", 799):
            with self.assertRaisesRegex(UserError, "too large"):
                self.photo()

    def test_huge_ones_shrink(self):
        made = self.photo(data=picture(size=(4000, 1000)))
        self.assertEqual(self._drawn(made).size, (1920, 480))
        small = Image.open(io.BytesIO(base64.b64decode(made.image_512)))
        self.assertEqual(small.size, (512, 128))

    def test_nothing_but_the_picture_is_kept(self):
        exif = Image.Exif()
        exif[0x010F] = "Maker of the Camera"
        exif.get_ifd(photo.EXIF_DETAILS)[photo.EXIF_TAKEN] = "2024:02:29 23:59:00"
        data = picture(exif=exif.tobytes())
        self.assertIn(b"Maker of the Camera", data)
        made = self.photo(data=data)
        self.assertNotIn(b"Maker", base64.b64decode(made.image_1920))
        self.assertEqual(made.taken_on, date(2024, 2, 29))
        self.assertEqual(self.photo().taken_on, local_today(self.env))

    def _drawn(self, made):
        return Image.open(io.BytesIO(base64.b64decode(made.image_1920)))

    # -- personal data -----------------------------------------------------------------

    def test_erased_with_the_person(self):
        mine = self.photo(caption="Album Malee at home")
        theirs = self.photo(partner_id=self.other.id)
        files = self.files(mine)
        self.assertEqual(len(files), 2)
        self.customer._crm_erase("test")
        self.assertFalse(mine.exists() or files.exists())
        self.assertTrue(theirs.exists() and self.files(theirs))

    def test_deleted_with_the_customer(self):
        mine = self.photo()
        files = self.files(mine)
        self.customer.unlink()
        self.assertFalse(mine.exists() or files.exists())

    def test_handed_out_with_the_personal_data(self):
        first, second = picture("red"), picture("blue")
        self.photo(data=first, caption="Before", kind="contact")
        self.photo(data=second, caption="After")
        self.photo(partner_id=self.other.id, caption="Somebody else")
        company = self.env["res.company"].create({"name": "Second Shop"})
        self.env["crm.customer.photo"].create(
            {
                "partner_id": self.customer.id,
                "company_id": company.id,
                "image_1920": encoded(picture("green")),
                "caption": "Elsewhere",
            }
        )
        archive, rows = self._handed_out()
        self.assertEqual(
            {row["caption"] for row in rows}, {"Before", "After", "Elsewhere"}
        )
        archive, rows = self._handed_out(self.env.company)
        self.assertEqual({row["caption"] for row in rows}, {"Before", "After"})
        names = [n for n in archive.namelist() if n.startswith("files/album/")]
        self.assertEqual(len(names), 2)
        kept = {photo.redraw(data, SIDE) for data in (first, second)}
        self.assertTrue({archive.read(name) for name in names} == kept)

    def _handed_out(self, companies=None):
        _name, content = self.customer._crm_export_zip(companies)
        archive = zipfile.ZipFile(io.BytesIO(content))
        return archive, json.loads(archive.read("album.json"))

    def test_merged_customers_keep_their_photos(self):
        mine, theirs = self.photo(), self.photo(partner_id=self.other.id)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | self.other).ids, self.customer)
        self.env.invalidate_all()
        self.assertEqual((mine | theirs).partner_id, self.customer)
        self.assertTrue(theirs.image_512)


class AlbumTourCase(AlbumCase, HttpCase):
    def play(self, tour, login="album_officer"):
        self.start_tour(
            f"/odoo/crm-customers/{self.customer.id}", tour, login=login, timeout=90
        )


@tagged("post_install", "-at_install")
class TestCustomerAlbumTour(AlbumTourCase):
    """The same in a real browser."""

    browser_size = "1366x768"

    def test_tour(self):
        theirs = self.photo("colleague", caption="From a colleague")
        self.play("crm_segments_customer_album")
        (kept,) = self.env["crm.customer.photo"].search(
            [("partner_id", "=", self.customer.id), ("id", "!=", theirs.id)]
        )
        self.assertEqual((kept.caption, kept.kind), ("Before", "contact"))
        self.assertEqual(kept.create_uid, self.users["officer"])

    def test_viewer(self):
        self.photo(caption="Seen by all")
        self.play("crm_segments_customer_album_viewer", "album_viewer")


@tagged("post_install", "-at_install")
class TestCustomerAlbumPhone(TestCustomerAlbumTour):
    browser_size = "390x844"
    touch_enabled = True

    def test_camera(self):
        self.play("crm_segments_customer_album_camera")
        (taken,) = self.env["crm.customer.photo"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(taken.taken_on, local_today(self.env))
