import hashlib
import json
import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import rich_menu_layout
from ..tools.line_api import LineError, LineRefused, LineUnknown

MENUS = "/v2/bot/richmenu"
DEFAULT = "/v2/bot/user/all/richmenu"
EDITOR = "crm_segments.crm_segments_group_editor"
MOST_TRIES = 6
# The list of all menus of an account, at most 1,000.
LIST_BYTES = 16 * 1024 * 1024


class CrmLineRichMenu(models.Model):
    """Rich menus go to LINE in the background.

    LINE gives each new menu its own id and knows no retry key here. So the name under
    which a menu is made ends with a key that is written down before the first call.
    Whatever breaks, the next try first removes what was made under that key, and then
    makes it again: in the end there is one menu, and it is the one customers see.
    """

    _inherit = "crm.line.rich.menu"

    state = fields.Selection(
        [
            ("draft", "Not on LINE"),
            ("running", "On its way to LINE"),
            ("live", "On LINE"),
            ("kept", "Was on LINE"),
            ("failed", "Not put on LINE"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
    )
    job = fields.Selection(
        [("put", "Put on LINE"), ("off", "Take off LINE")], readonly=True, copy=False
    )
    failure = fields.Char("Why Not", readonly=True, copy=False)
    put_at = fields.Datetime("On LINE Since", readonly=True, copy=False)
    put_by_id = fields.Many2one(
        "res.users", "Put on LINE By", readonly=True, copy=False, ondelete="set null"
    )
    line_id = fields.Char("ID at LINE", readonly=True, copy=False)
    line_hash = fields.Char(readonly=True, copy=False)
    job_key = fields.Char(readonly=True, copy=False)
    tries = fields.Integer(readonly=True, copy=False)
    next_try_at = fields.Datetime(readonly=True, copy=False)
    is_changed = fields.Boolean(
        compute="_compute_is_changed",
        help="It was changed since it was put on LINE.",
    )

    _running_idx = models.Index("(next_try_at) WHERE state = 'running'")

    @api.depends("preview", "line_hash", "state", "name", "selected", "chat_bar_text")
    def _compute_is_changed(self):
        for menu in self:
            menu.is_changed = (
                menu.state == "live" and menu._get_line_hash() != menu.line_hash
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_job_fields(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_job_fields(vals)
        return super().write(vals)

    @api.model
    def _refuse_job_fields(self, vals):
        """Only the job itself says what is on LINE."""
        own = {"state", "job", "failure", "put_at", "put_by_id", "line_id"}
        own |= {"line_hash", "job_key", "tries", "next_try_at"}
        if not self.env.su and own & set(vals):
            raise AccessError(self.env._("What is on LINE cannot be written by hand."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_on_line(self):
        for menu in self.sudo():
            if menu.state in ("live", "running"):
                raise UserError(
                    self.env._("Take the menu off LINE before you delete it.")
                )
            menu.channel_id._note_menu_leftovers([menu.line_id])

    # -- what people press ---------------------------------------------------------

    def action_put(self):
        """Put the menu on LINE, for all customers; the one there before is kept."""
        self.ensure_one()
        self._check_editor()
        if problems := self._get_problems():
            raise UserError("\n".join(problems))
        self._start("put")
        return True

    def action_take_off(self):
        """Show customers no menu; the menu is kept and can be put back."""
        self.ensure_one()
        self._check_editor()
        if self.state != "live":
            raise UserError(self.env._("This menu is not on LINE."))
        self._start("off")
        return True

    def _check_editor(self):
        if not self.env.su and not self.env.user.has_group(EDITOR):
            raise AccessError(self.env._("Programme editors put menus on LINE."))
        self.check_access("write")

    def _start(self, job):
        channel = self.sudo().channel_id
        others = self.sudo().search(
            [("channel_id", "=", channel.id), ("state", "=", "running")], limit=1
        )
        if others:
            raise UserError(
                self.env._(
                    "“%(menu)s” is on its way to LINE; wait a moment.",
                    menu=others.name,
                )
            )
        now = fields.Datetime.now()
        self.sudo().write(
            {
                "state": "running",
                "job": job,
                "failure": False,
                # what a job that failed may have left at LINE has its key
                "job_key": self.sudo().job_key or uuid.uuid4().hex,
                "tries": 1 if self.sudo().job_key else 0,
                "next_try_at": now,
                "put_by_id": self.env.uid,
            }
        )
        self._wake(now)

    @api.model
    def _wake(self, at):
        cron = "crm_lineshopping_connector.crm_line_rich_menu_cron"
        self.env.ref(cron).sudo()._trigger(at)

    # -- what goes to LINE ---------------------------------------------------------

    def _as_request(self):
        """:return: dict of the menu as LINE takes it, without its name"""
        self.ensure_one()
        width, height = rich_menu_layout.size_of(self.layout)
        share_x, share_y = self._get_scale(width, height)
        size = {"width": round(width * share_x), "height": round(height * share_y)}
        return {
            "size": size,
            "selected": self.selected,
            "chatBarText": self.chat_bar_text.strip(),
            "areas": [
                {
                    "bounds": {
                        "x": int(x * share_x),
                        "y": int(y * share_y),
                        "width": int(w * share_x),
                        "height": int(h * share_y),
                    },
                    "action": area._as_action(),
                }
                for area, (x, y, w, h) in self._get_places()
                if area
            ],
        }

    def _get_scale(self, width, height):
        """LINE wants the size of the menu to be that of its picture.

        :return: pair of factors from the layout to the uploaded picture"""
        drawn = self.picture_kind != "upload" or not self._get_upload()
        if drawn or self.picture_problem:
            return 1, 1
        own_width, own_height = self._get_upload_size()
        return own_width / width, own_height / height

    def _get_line_hash(self):
        """:return: what the menu is made of, as a short text"""
        self.ensure_one()
        if self.picture_kind == "upload":
            picture = hashlib.sha256(self._get_upload()).hexdigest()
        else:
            names = ("words", "icon", "ground", "ink")
            picture = [
                self.layout,
                self.gap_color,
                [[area[name] for name in names] for area, _box in self._get_places()],
            ]
        made = json.dumps([self._as_request(), picture], sort_keys=True, default=str)
        return hashlib.sha256(made.encode()).hexdigest()

    # -- the job -------------------------------------------------------------------

    @api.model
    def _cron_put(self):
        """Bring to LINE what is waiting, menu by menu."""
        self._work_off(self.env["ir.cron"]._commit_progress)

    @api.model
    def _work_off(self, commit):
        """:param commit: as ``ir.cron._commit_progress``"""
        domain = [
            ("state", "=", "running"),
            ("next_try_at", "<=", fields.Datetime.now()),
        ]
        for menu in self.sudo().search(domain, order="next_try_at, id"):
            menu._work(commit)
        channels = self.env["crm.line.channel"].sudo()
        for channel in channels.search([("menu_leftovers", "!=", False)]):
            channel._remove_menu_leftovers(commit)
        commit(0, remaining=0)

    def _work(self, commit):
        self.ensure_one()
        self.tries += 1
        # before the first call: a crash from here on is a try, too
        wait = timedelta(minutes=2 ** min(self.tries, 6))
        self.next_try_at = fields.Datetime.now() + wait
        commit()
        menu = self.with_context(lang=self.put_by_id.lang)
        try:
            line_api = self.channel_id._api()
        except UserError as error:
            self._note_failure(str(error))
        else:
            self._work_with(menu, line_api, commit)
        commit(1)

    @api.model
    def _work_with(self, menu, line_api, commit):
        try:
            if menu.job == "off":
                menu._take_off(line_api, commit)
            else:
                menu._put(line_api, commit)
        except LineError as error:
            again = isinstance(error, LineUnknown) or error.kind == "rate"
            menu._note_failure(menu.channel_id._say_line_error(error), again)
        finally:
            line_api.close()

    def _put(self, line_api, commit):
        made, old_id = self._get_line_hash(), self.line_id
        if made == self.line_hash and self._is_at_line(line_api, commit):
            new_id = old_id
        else:
            new_id = self._make(line_api, commit)
        line_api.call("POST", f"{DEFAULT}/{new_id}")
        self._note_live(new_id, made)
        if old_id and old_id != new_id:
            self.channel_id._note_menu_leftovers([old_id])

    def _is_at_line(self, line_api, commit):
        path = f"{MENUS}/{self.line_id}"
        commit()
        try:
            line_api.call("GET", path)
        except LineRefused as error:
            if error.kind == "gone":
                return False
            raise
        return True

    def _make(self, line_api, commit):
        """Make the menu at LINE, with its picture.

        :return: its id there"""
        name = f"{self.name[:200]} [{self.job_key}]"
        request = {"name": name, **self._as_request()}
        picture, again, key = self._get_picture(), self.tries > 1, self.job_key
        kind = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
        # no transaction is open while LINE is called
        commit()
        if again:
            self._remove_made(line_api, key)
        new_id = line_api.call("POST", MENUS, json=request).body["richMenuId"]
        try:
            line_api.call(
                "POST",
                f"{MENUS}/{new_id}/content",
                data=picture,
                headers={"Content-Type": kind},
                host="data",
            )
        except LineRefused:
            self._remove_made(line_api, key)
            raise
        return new_id

    @api.model
    def _remove_made(self, line_api, key):
        """Remove what an earlier try made at LINE."""
        answer = line_api.call("GET", f"{MENUS}/list", max_bytes=LIST_BYTES)
        for menu in answer.body.get("richmenus") or []:
            if str(menu.get("name") or "").endswith(f"[{key}]"):
                self._remove_at_line(line_api, menu["richMenuId"])

    @api.model
    def _remove_at_line(self, line_api, line_id):
        try:
            line_api.call("DELETE", f"{MENUS}/{line_id}")
        except LineRefused as error:
            if error.kind != "gone":
                raise

    def _note_live(self, new_id, made):
        before = self.search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("state", "=", "live"),
                ("id", "!=", self.id),
            ]
        )
        before.write({"state": "kept", "put_at": False})
        self.write(
            {
                "state": "live",
                "job": False,
                "job_key": False,
                "failure": False,
                "line_id": new_id,
                "line_hash": made,
                "put_at": fields.Datetime.now(),
            }
        )

    def _take_off(self, line_api, commit):
        line_id = self.line_id
        commit()
        # somebody may have put another one there by other means
        try:
            shown = line_api.call("GET", DEFAULT).body.get("richMenuId")
        except LineRefused as error:
            if error.kind != "gone":
                raise
            shown = None
        if shown == line_id:
            line_api.call("DELETE", DEFAULT)
        self.write({"state": "kept", "job": False, "failure": False, "put_at": False})

    def _note_failure(self, words, again=False):
        """:param str words: why not, for people
        :param bool again: whether the same may work later"""
        self.failure = words
        if again and self.tries < MOST_TRIES:
            self._wake(self.next_try_at)
            return
        # the former form of a menu stays what customers see
        state = "live" if self.put_at else "failed"
        self.write({"state": state, "job": False})
