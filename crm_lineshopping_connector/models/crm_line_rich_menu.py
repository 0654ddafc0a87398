import base64

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.crm_loyalty_points.tools import colour

from ..tools import rich_menu_layout
from ..tools.rich_menu_picture import (
    AreaLook,
    BadPicture,
    check_picture,
    draw_menu,
    shrink_picture,
    small_copy,
)

LONGEST_BAR, LONGEST_NAME = 14, 200
NO_PICTURE = "#e9ecef"


class CrmLineRichMenu(models.Model):
    """A menu of pictures below the chat with the shop in LINE: its picture, its areas
    and what each opens."""

    _name = "crm.line.rich.menu"
    _description = "LINE Rich Menu"
    _order = "id desc"

    name = fields.Char(required=True, default=lambda self: self.env._("Menu"))
    channel_id = fields.Many2one(
        "crm.line.channel",
        "Official Account",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["crm.line.channel"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        ),
    )
    company_id = fields.Many2one(
        related="channel_id.company_id", store=True, index=True
    )
    chat_bar_text = fields.Char(
        "Words of the Bar",
        required=True,
        default=lambda self: self.env._("Menu"),
        help="On the bar below the chat that opens the menu; at most 14 letters.",
    )
    selected = fields.Boolean(
        "Open at First", default=True, help="Open when the customer opens the chat."
    )
    layout = fields.Selection(
        [
            ("large_6", "Large, 6 areas (3 and 3)"),
            ("large_4", "Large, 4 areas (2 and 2)"),
            ("large_1_3", "Large, 4 areas (1 above 3)"),
            ("large_1_2", "Large, 3 areas (1 above 2)"),
            ("large_2", "Large, 2 areas (1 above 1)"),
            ("large_1", "Large, 1 area"),
            ("compact_4", "Low, 4 areas"),
            ("compact_3", "Low, 3 areas"),
            ("compact_2", "Low, 2 areas"),
            ("compact_1", "Low, 1 area"),
        ],
        required=True,
        default="large_6",
    )
    picture_kind = fields.Selection(
        [("drawn", "Drawn from words and colours"), ("upload", "My own picture")],
        "Picture",
        required=True,
        default="drawn",
    )
    picture = fields.Binary(
        "Picture File",
        attachment=True,
        help="JPEG or PNG of at most 1 MB, 2500 × 1686 dots for a large menu and "
        "2500 × 843 for a low one (or smaller in the same proportions, at least 800 "
        "dots wide).",
    )
    gap_color = fields.Char("Lines", required=True, default="#ffffff")
    area_ids = fields.One2many("crm.line.rich.menu.area", "menu_id", "Areas", copy=True)
    picture_problem = fields.Char(compute="_compute_picture_problem")
    preview = fields.Json(
        compute="_compute_preview",
        help="The picture as an address, its proportions, and the areas over it in "
        "percent.",
    )

    # -- areas ---------------------------------------------------------------------

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if "area_ids" in fields_list and not values.get("area_ids"):
            areas = self.env["crm.line.rich.menu.area"]
            count = len(rich_menu_layout.boxes_of(values.get("layout") or "large_6"))
            values["area_ids"] = [
                Command.create(areas._usual(number)) for number in range(count)
            ]
        return values

    @api.onchange("layout")
    def _onchange_layout(self):
        """As many areas as the layout has places: those too many go, new ones say what
        is usual there."""
        if not self.layout:
            return
        count = len(rich_menu_layout.boxes_of(self.layout))
        areas = self._get_areas()
        for area in areas[count:]:
            self.area_ids -= area
        commands = [
            Command.create(self.env["crm.line.rich.menu.area"]._usual(number))
            for number in range(len(areas), count)
        ]
        if commands:
            self.area_ids = commands

    def _get_areas(self):
        """:return: the areas in the order of their places"""
        return self.area_ids.sorted("sequence")

    def _get_places(self):
        """:return: list of pairs (area or empty, box in pixels), place by place"""
        self.ensure_one()
        areas = self._get_areas()
        boxes = rich_menu_layout.boxes_of(self.layout)
        return [(areas[number : number + 1], box) for number, box in enumerate(boxes)]

    # -- checks --------------------------------------------------------------------

    @api.constrains("chat_bar_text", "name")
    def _check_texts(self):
        for menu in self:
            if len(menu.chat_bar_text.strip()) > LONGEST_BAR:
                raise ValidationError(
                    self.env._(
                        "The bar has room for %(count)s letters.", count=LONGEST_BAR
                    )
                )
            if len(menu.name) > LONGEST_NAME:
                raise ValidationError(self.env._("The name is too long."))

    @api.constrains("gap_color")
    def _check_gap_color(self):
        for menu in self:
            if not colour.is_colour(menu.gap_color):
                raise ValidationError(
                    self.env._(
                        "“%(value)s” is no colour. Colours are written as #rrggbb.",
                        value=menu.gap_color,
                    )
                )

    @api.depends("picture", "layout", "picture_kind")
    def _compute_picture_problem(self):
        for menu in self:
            menu.picture_problem = menu._get_picture_problem()

    def _get_picture_problem(self):
        """:return: why LINE would not take the uploaded picture, False when it would
        or there is none yet"""
        source = self._get_upload()
        if self.picture_kind != "upload" or not source:
            return False
        size = rich_menu_layout.size_of(self.layout)
        try:
            check_picture(source, size)
        except BadPicture as error:
            return self._say_bad_picture(error)
        return False

    def _say_bad_picture(self, error):
        env, facts = self.env, error.facts
        width, height = rich_menu_layout.size_of(self.layout)
        if error.reason == "bytes":
            return env._(
                "The picture has %(size)s MB; LINE takes 1 MB. “Make it fit” packs it "
                "smaller.",
                size=f"{facts['size']:.1f}",
            )
        if error.reason == "width":
            return env._(
                "The picture is %(width)s dots wide; LINE takes 800 to 2500. “Make it "
                "fit” changes that.",
                width=facts["width"],
            )
        if error.reason == "ratio":
            return env._(
                "The picture has %(width)s × %(height)s dots; this layout is "
                "%(wanted_width)s × %(wanted_height)s, or smaller in the same "
                "proportions. “Make it fit” cuts it.",
                width=facts["width"],
                height=facts["height"],
                wanted_width=width,
                wanted_height=height,
            )
        if error.reason == "height":
            return env._("The picture is too low; LINE takes 250 dots and more.")
        return env._("This is no picture that LINE takes: use a JPEG or PNG file.")

    def _get_problems(self):
        """:return: list of what stands against putting the menu on LINE"""
        self.ensure_one()
        problems = []
        if self.picture_kind == "upload":
            if not self._get_upload():
                problems.append(self.env._("Upload a picture, or have it drawn."))
            elif self.picture_problem:
                problems.append(self.picture_problem)
        for number, (area, _box) in enumerate(self._get_places(), 1):
            problem = area._get_problem() if area else self.env._("There is no area.")
            if problem:
                problems.append(
                    self.env._(
                        "Area %(number)s: %(problem)s", number=number, problem=problem
                    )
                )
        return problems

    # -- picture -------------------------------------------------------------------

    def _get_upload(self):
        """:return: bytes of the uploaded file, b"" without one"""
        source = self.with_context(bin_size=False).picture
        try:
            return base64.b64decode(source or b"")
        except ValueError:
            return b""

    def _get_upload_size(self):
        """:return: pair (width, height) of the uploaded picture, in dots"""
        size = rich_menu_layout.size_of(self.layout)
        return check_picture(self._get_upload(), size)[:2]

    def _get_picture(self):
        """:return: bytes of the picture for LINE, b"" when there is none"""
        self.ensure_one()
        if self.picture_kind == "upload":
            return self._get_upload()
        looks = [
            AreaLook(
                box,
                area.words or "",
                area.icon or "",
                colour.is_colour(area.ground) and area.ground or NO_PICTURE,
                colour.is_colour(area.ink) and area.ink or "#000000",
            )
            for area, box in self._get_places()
            if area
        ]
        gap = colour.is_colour(self.gap_color) and self.gap_color or "#ffffff"
        return draw_menu(rich_menu_layout.size_of(self.layout), looks, gap)

    @api.depends(
        "layout",
        "picture_kind",
        "picture",
        "gap_color",
        "area_ids.sequence",
        "area_ids.words",
        "area_ids.icon",
        "area_ids.ground",
        "area_ids.ink",
        "area_ids.action",
        "area_ids.url",
        "area_ids.phone",
        "area_ids.message",
        "channel_id.liff_id",
    )
    def _compute_preview(self):
        for menu in self:
            menu.preview = menu.layout and menu._get_preview()

    def _get_preview(self):
        width, height = rich_menu_layout.size_of(self.layout)
        try:
            source = small_copy(self._get_picture())
        # no picture yet, or one that cannot be read: the form says which
        except Exception:
            source = b""
        return {
            "src": source
            and f"data:image/jpeg;base64,{base64.b64encode(source).decode()}",
            "ratio": width / height,
            "areas": [
                {
                    "left": 100 * x / width,
                    "top": 100 * y / height,
                    "width": 100 * w / width,
                    "height": 100 * h / height,
                    "number": number,
                    "title": area._get_title() if area else "",
                    "problem": area._get_problem() if area else self.env._("No area"),
                }
                for number, (area, (x, y, w, h)) in enumerate(self._get_places(), 1)
            ],
        }

    def action_fit_picture(self):
        """Cut and pack the uploaded picture so that LINE takes it."""
        self.ensure_one()
        self.check_access("write")
        size = rich_menu_layout.size_of(self.layout)
        try:
            source = shrink_picture(self._get_upload(), size)
        except BadPicture as error:
            raise UserError(self._say_bad_picture(error)) from error
        self.picture = base64.b64encode(source)
        return True
