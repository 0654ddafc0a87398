import base64
import csv
import io

from odoo import fields, models
from odoo.exceptions import UserError

MAX_BYTES = 10 * 1024 * 1024
MAX_CODES = 100_000
SHOWN = 20
HEADERS = {"code", "codes", "coupon", "coupons", "coupon code", "voucher", "รหัส", "โค้ด"}


class LoyaltyRewardCodeUpload(models.TransientModel):
    """Add the codes of a file to the list of a reward: all of them or none."""

    _name = "loyalty.reward.code.upload"
    _description = "Upload Codes of a Reward"

    reward_id = fields.Many2one(
        "loyalty.reward",
        required=True,
        domain="[('fulfilment', '=', 'own_code'), ('own_code_kind', '=', 'list')]",
    )
    file = fields.Binary("CSV File", required=True)
    filename = fields.Char()

    def action_upload(self):
        """Check the whole file, then add its codes.

        :raise UserError: what is wrong, with the numbers of the lines
        """
        self.ensure_one()
        self.reward_id.check_access("write")
        if not self.reward_id._uses_list():
            raise UserError(self.env._("This reward does not use a list of codes."))
        codes = self._read_codes()
        problems = self._find_problems(codes)
        if problems:
            raise UserError(self._get_problem_message(problems))
        self.env["loyalty.reward.code"].create(
            [{"reward_id": self.reward_id.id, "code": code} for _line, code in codes]
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%(count)s codes were added.", count=len(codes)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _read_codes(self):
        """:return: [(line number, code)] of the first column, without a header"""
        data = base64.b64decode(self.file or b"")
        if len(data) > MAX_BYTES:
            raise UserError(self.env._("The file is larger than 10 MB."))
        text = self._decode(data)
        reader = csv.reader(io.StringIO(text), delimiter=self._find_separator(text))
        try:
            rows = [(reader.line_num, row[0].strip()) for row in reader if row]
        except csv.Error as error:
            raise UserError(
                self.env._("The file cannot be read: it is no CSV file.")
            ) from error
        codes = [(line, code) for line, code in rows if code]
        if codes and codes[0][1].lower() in HEADERS:
            codes = codes[1:]
        if not codes:
            raise UserError(self.env._("There are no codes in the file."))
        if len(codes) > MAX_CODES:
            raise UserError(
                self.env._("A file may have %(count)s codes at most.", count=MAX_CODES)
            )
        return codes

    def _decode(self, data):
        if b"\0" in data:
            raise UserError(self.env._("The file cannot be read: it is no CSV file."))
        for encoding in ("utf-8-sig", "cp874"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
        raise UserError(self.env._("The file cannot be read: it is no CSV file."))

    def _find_separator(self, text):
        """:return: what parts the columns of the first line"""
        first = text.split("\n", 1)[0]
        return max(",;\t", key=first.count)

    def _find_problems(self, codes):
        """:return: sentences about codes that are in the file twice or known already"""
        first, problems = {}, []
        known = self._find_known([code for _line, code in codes])
        for line, code in codes:
            values = {"line": line, "code": code, "first": first.get(code)}
            if code in known:
                problems.append(
                    self.env._("Line %(line)s: %(code)s is known already.", **values)
                )
            elif code in first:
                problems.append(
                    self.env._(
                        "Line %(line)s: %(code)s is in line %(first)s, too.", **values
                    )
                )
            first.setdefault(code, line)
        return problems

    def _find_known(self, codes):
        """:return: set of the codes that this reward, or another one of the same
        platform, has had, used ones as well"""
        reward = self.reward_id.sudo()
        platform = (reward.platform or "").strip().lower()
        rewards = reward.with_context(active_test=False).search(
            [("platform", "!=", False), ("company_id", "=", reward.company_id.id)]
        )
        rewards = rewards.filtered(
            lambda each: platform and each.platform.strip().lower() == platform
        )
        rewards |= reward
        found = self.env["loyalty.reward.code"].sudo()
        found = found.search([("reward_id", "in", rewards.ids), ("code", "in", codes)])
        return set(found.mapped("code"))

    def _get_problem_message(self, problems):
        lines = problems[:SHOWN]
        if len(problems) > SHOWN:
            lines.append(
                self.env._("... and %(count)s more.", count=len(problems) - SHOWN)
            )
        return "\n".join(
            [self.env._("Nothing was added. Correct the file first:"), *lines]
        )
