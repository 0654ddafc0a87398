import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.mimetypes import guess_mimetype

from odoo.addons.mail.tools.discuss import Store

from ..tools.line_api import LineError, LineRefused

_logger = logging.getLogger(__name__)

FILES_PER_TURN = 40
MOST_BYTES = 50 * 1024 * 1024
MOST_TRIES = 8
ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "video/mp4": ".mp4",
    "audio/x-m4a": ".m4a",
    "audio/mp4": ".m4a",
    "audio/aac": ".aac",
    "application/pdf": ".pdf",
}


class CrmLineMessage(models.Model):
    """Messages of conversations in Discuss: the files customers sent are fetched from
    LINE, and what became of answers is shown where they stand."""

    _inherit = "crm.line.message"

    file_state = fields.Selection(
        [("wait", "Being fetched"), ("done", "Here"), ("gone", "Not to be had")],
        "File",
        readonly=True,
    )
    file_name = fields.Char(readonly=True)

    _received_uniq = models.UniqueIndex(
        "(channel_id, line_message_id) WHERE direction = 'in'"
    )
    _file_idx = models.Index("(next_try_at) WHERE file_state = 'wait'")
    _document_idx = models.Index("(res_id) WHERE res_model = 'mail.message'")

    def _get_chat_posts(self):
        """:return: {mail.message (superuser): the row}, of those that are there"""
        rows = {
            row.res_id: row
            for row in self.sudo()
            if row.res_model == "mail.message" and row.res_id
        }
        posts = self.env["mail.message"].sudo().browse(rows).exists()
        return {post: rows[post.id] for post in posts}

    # -- answers -------------------------------------------------------------------

    @api.model
    def _finish(self, channel, said):
        result = super()._finish(channel, said)
        self._results_known([row.id for one in said for row in one.batch.rows])
        return result

    @api.model
    def _fail(self, ids, kind, why):
        result = super()._fail(ids, kind, why)
        self._results_known(ids)
        return result

    @api.model
    def _cancel_where(self, condition, kind, reason):
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM crm_line_message
                    WHERE (%s) AND purpose = 'chat' AND state = 'queued'""",
                condition,
            )
        )
        result = super()._cancel_where(condition, kind, reason)
        self._results_known([id_ for (id_,) in rows])
        return result

    @api.model
    def _results_known(self, ids):
        """Show at answers what became of them, in the transaction that writes it.

        :param ids: of rows whose state may have changed, of any purpose
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM crm_line_message
                    WHERE id = ANY(%s) AND purpose = 'chat' AND direction = 'out'""",
                list(ids),
            )
        )
        for post, row in self.browse(id_ for (id_,) in rows)._get_chat_posts().items():
            post.invalidate_recordset(["line_delivery"])
            if row.state == "failed":
                # the customer has no answer after all
                post.channel_id.sudo()._note_line_waiting(fields.Datetime.now())
            Store(bus_channel=post._bus_channel()).add(
                post, ["line_delivery"]
            ).bus_send()

    def action_retry(self):
        result = super().action_retry()
        self.env.flush_all()
        self._results_known(self.ids)
        return result

    # -- files ---------------------------------------------------------------------

    @api.model
    def _wake_fetcher(self, at=None):
        cron = self.env.ref("crm_lineshopping_connector.crm_line_file_cron").sudo()
        cron._trigger(at)

    @api.model
    def _cron_fetch(self):
        """Fetch what customers sent; LINE keeps it for some days only."""
        commit = self.env["ir.cron"]._commit_progress
        self._fetch_files(commit)
        self.env["crm.line.user"]._fetch_pictures(commit)

    @api.model
    def _fetch_files(self, commit):
        """:param commit: as ``ir.cron._commit_progress``"""
        now = fields.Datetime.now()
        domain = [("file_state", "=", "wait"), ("next_try_at", "<=", now)]
        rows = self.sudo().search(domain, order="id", limit=FILES_PER_TURN)
        for channel, of_channel in rows.grouped("channel_id").items():
            try:
                line_api = channel._api()
            except UserError as error:
                _logger.info("Files of %s are not fetched: %s", channel.id, error)
                continue
            for row in of_channel:
                if not row._fetch_file(line_api, commit):
                    break
            line_api.close()
        left = self.sudo().search_count(domain, limit=1)
        commit(0, remaining=left)

    def _fetch_file(self, line_api, commit):
        """:return: whether to go on with the next one"""
        self.ensure_one()
        wait = timedelta(minutes=2 ** min(self.tries, 8))
        self.write(
            {"tries": self.tries + 1, "next_try_at": fields.Datetime.now() + wait}
        )
        path = f"/v2/bot/message/{self.line_message_id}/content"
        commit()
        answer, why = None, None
        try:
            answer = line_api.call("GET", path, host="data", max_bytes=MOST_BYTES)
        except LineError as error:
            why = error
        # 202: LINE is still preparing a film
        if answer and answer.status == 200:
            self._keep_file(answer)
        elif isinstance(why, LineRefused) and why.kind in ("gone", "bad"):
            self._give_up_file()
        elif self.tries >= MOST_TRIES:
            self._give_up_file()
        else:
            self._wake_fetcher(self.next_try_at)
        seconds = commit(1)
        return bool(seconds) and not (why and getattr(why, "kind", "") == "token")

    def _keep_file(self, answer):
        """Show the file in the conversation."""
        self.file_state = "done"
        for post in self._get_chat_posts():
            kind = guess_mimetype(answer.content, answer.content_type.split(";")[0])
            name = self.file_name or "file"
            if "." not in name:
                name += ENDINGS.get(kind, "")
            public = self.env.ref("base.public_user")
            # as the public user: what could run in a browser is kept as plain text
            attachment = (
                self.env["ir.attachment"]
                .with_user(public)
                .sudo()
                .create(
                    {
                        "name": name,
                        "raw": answer.content,
                        "res_model": post.model,
                        "res_id": post.res_id,
                    }
                )
            )
            post.write({"body": "", "attachment_ids": [(4, attachment.id)]})
            self._send_post(post)

    def _give_up_file(self):
        self.file_state = "gone"
        for post in self._get_chat_posts():
            lang = self.company_id.partner_id.lang or self.env.lang
            words = self.with_context(lang=lang).env._(
                "%(what)s: LINE does not keep it any more.", what=self.text or ""
            )
            post.body = Markup("<i>%s</i>") % words
            self._send_post(post)

    def _forget_content(self):
        """The customer has taken the message back."""
        for row in self.sudo():
            for post in row._get_chat_posts():
                lang = row.company_id.partner_id.lang or self.env.lang
                words = row.with_context(lang=lang).env._("Taken back by the customer")
                post.attachment_ids.unlink()
                post.body = Markup("<i>%s</i>") % words
                self._send_post(post)
            row.write({"text": False, "file_state": False, "file_name": False})

    def _send_post(self, post):
        """Let everybody who looks at the conversation see a message as it is now."""
        Store(bus_channel=post._bus_channel()).add(post).bus_send()

    @api.model
    def _get_deliveries(self, posts):
        """:param posts: mail.message
        :return: {id of the message: dict of what became of it at LINE}"""
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT ON (res_id) res_id, id, state, failure
                     FROM crm_line_message
                    WHERE res_model = 'mail.message' AND res_id = ANY(%s)
                      AND direction = 'out'
                 ORDER BY res_id, id DESC""",
                posts.ids,
            )
        )
        return {
            res_id: {"id": id_, "state": state, "failure": failure or ""}
            for res_id, id_, state, failure in rows
        }
