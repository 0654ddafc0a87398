import hashlib
import logging
import shutil
import time
from array import array
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, config

from ..tools.cron_turn import turn_deadline
from ..tools.export_columns import ColumnReader, kind_of
from ..tools.export_file import FORMATS
from ..tools.local_date import local_today
from ..tools.lost_races import LOST_RACES
from .crm_export import KEPT_DAYS, OPEN_STATES

_logger = logging.getLogger(__name__)

BATCH = 5000
IDS_AT_ONCE = 20_000
# A turn of the job, well below the two minutes after which a server ends a job.
TURN_SECONDS = 50
# How often a job may be cut off without a single batch done.
MAX_TRIES = 4
TELL_SECONDS = 2
LOCK = 0x63726578  # "crex": the space of our advisory locks


class CrmExport(models.Model):
    """Making the file: which records is found out once and kept in a folder of the job;
    then batch by batch is read, written and committed. A job that was cut off, even in
    the middle of a batch, goes on after the last batch; where its folder is gone it
    begins again. The file is visible when it is whole.
    """

    _inherit = "crm.export"

    done_count = fields.Integer("Rows Done", readonly=True, copy=False)
    # a whole number, larger than an integer of the database may be
    done_bytes = fields.Float("Bytes Done", readonly=True, copy=False)
    tries = fields.Integer(readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress", help="Percent of the rows.")

    @api.depends("done_count", "row_count", "state")
    def _compute_progress(self):
        for export in self:
            rows = max(export.row_count, export.done_count, 1)
            export.progress = 100.0 * export.done_count / rows
            if export.state == "done":
                export.progress = 100

    @api.model
    def _fresh_start(self):
        """:return: values of a job that begins from zero"""
        return {"done_count": 0, "done_bytes": 0, "tries": 0}

    @api.model
    def _cron_run(self):
        """Make the files that are asked for, the oldest first."""
        deadline = turn_deadline(self.env, TURN_SECONDS)
        if deadline is None:
            return
        for export in self.sudo().search([("state", "in", OPEN_STATES)], order="id"):
            if not export._run_safely(deadline):
                return
        self.env["ir.cron"]._commit_progress(0, remaining=0)

    def _run_safely(self, deadline):
        """Make one file; what goes wrong with it does not concern the next ones.

        :return: False when the time of the job is over
        """
        with self._only_here() as is_mine:
            if not is_mine:
                return True
            try:
                return self._run(deadline)
            except Exception as error:
                self.env.cr.rollback()
                self.env.invalidate_all()
                if isinstance(error, LOST_RACES):
                    _logger.info("Export %s goes on later, after a conflict", self.id)
                    self.env["ir.cron"]._commit_progress(0, remaining=1)
                    return False
                self._fail(error)
                return True

    @contextmanager
    def _only_here(self):
        """Two workers never make the same file: the lock belongs to the connection, so
        it ends with a killed worker, and not with a commit."""
        key = SQL("%s, %s", LOCK, self.id)
        [(is_mine,)] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_lock(%s)", key)
        )
        try:
            yield is_mine
        finally:
            if is_mine:
                self.env.execute_query(SQL("SELECT pg_advisory_unlock(%s)", key))

    def _run(self, deadline):
        """:return: False when the time of the job is over before the file"""
        if not self._begin_turn():
            return True
        model = self._as_asker()
        self._check_asker(model)
        ids = self._list_ids(model)
        columns = ColumnReader(model, self.column_ids.mapped("name"))
        file = self._writer(model)
        told = 0
        try:
            while batch := ids[self.done_count : self.done_count + BATCH]:
                # for one transaction: a batch reads its figures by the index instead
                # of those of everybody
                self.env.cr.execute(SQL("SET LOCAL random_page_cost = 1.1"))
                values = columns.read(batch.tolist())
                if values[0]:
                    file.write(values)
                done = self.done_count + len(batch)
                tell = time.monotonic() > told + TELL_SECONDS
                told = time.monotonic() if tell else told
                if not self._note_progress(done, file.save(), len(ids), tell):
                    file.close()
                    self._tell("cancelled")
                    self._remove_folder()
                    return True
                if time.monotonic() > deadline:
                    return False
            self._finish(file, len(ids))
        finally:
            file.close()
        return True

    def _begin_turn(self):
        """Mark the file as being made; one that kills the server again and again is
        given up.

        :return: False when it was cancelled meanwhile"""
        self.env.invalidate_all()
        if self.state not in OPEN_STATES:
            return False
        if self.tries >= MAX_TRIES:
            raise UserError(
                self.env._("The server was stopped each time. Choose fewer rows.")
            )
        self.write({"state": "running", "tries": self.tries + 1})
        self._commit(0, 1)
        return True

    def _check_asker(self, model):
        """Rights are those of now, not of when the file was asked for.

        :raise AccessError: the user may not have this file any more"""
        user = model.env.user
        if not user.active or self.company_ids - user.company_ids:
            raise AccessError(self.env._("These companies are not yours any more."))
        self.with_user(user)._check_may_export()
        model.check_access("read")
        self.with_user(user)._check_readable()

    def _folder(self):
        """:return: Path of the job's own folder, for files nobody else may read"""
        return self._folders() / str(self.id)

    @api.model
    def _folders(self):
        return Path(config["data_dir"]) / "crm_export" / self.env.cr.dbname

    def _remove_folder(self):
        shutil.rmtree(self._folder(), ignore_errors=True)

    @api.model
    def _sweep_folders(self):
        """Remove the folders of jobs that ended or vanished."""
        running = set(map(str, self.search([("state", "in", OPEN_STATES)]).ids))
        for folder in self._folders().glob("*"):
            if folder.name not in running:
                shutil.rmtree(folder, ignore_errors=True)

    def _list_ids(self, model):
        """:return: array of the ids to export, in order; from the folder when the job
        goes on"""
        path = self._folder() / "ids"
        ids = array("i")
        make = FORMATS[self.file_format]
        if path.is_file() and make.goes_on(
            self._folder(), self.done_count, int(self.done_bytes)
        ):
            ids.frombytes(path.read_bytes())
            return ids
        self.write({"done_count": 0, "done_bytes": 0})
        self._remove_folder()
        self._folder().mkdir(parents=True, mode=0o700)
        query = model._search(self._domain_as(model), order="id")
        # a cursor, since the answer for a million rows fills the memory
        self.env.cr.execute(SQL("DECLARE crm_export_ids CURSOR FOR %s", query.select()))
        fetch = SQL("FETCH %s FROM crm_export_ids", IDS_AT_ONCE)
        while rows := self.env.execute_query(fetch):
            ids.extend(id_ for (id_,) in rows)
        self.env.cr.execute("CLOSE crm_export_ids")
        path.write_bytes(ids.tobytes())
        self.write({"row_count": len(ids)})
        return ids

    def _domain_as(self, model):
        return self.with_env(model.env).sudo()._domain()

    def _headers(self, model):
        """:return: list of (kind, label) of the columns"""
        labels = model._crm_export_fields()
        names = self.sudo().column_ids.mapped("name")
        return [(kind_of(model._fields[name]), labels[name]) for name in names]

    def _writer(self, model):
        """:return: the file, at the place the job has come to"""
        make, place = FORMATS[self.file_format], int(self.done_bytes)
        title, headers = model._crm_export_title(), self._headers(model)
        return make(self._folder(), headers, title, self.done_count, place)

    def _note_progress(self, done, offset, total, tell):
        """Commit what is written, unless the user cancelled meanwhile.

        :return: bool, whether to go on"""
        for _attempt in range(MAX_TRIES):
            if self.state != "running":
                break
            try:
                self.write({"done_count": done, "done_bytes": offset, "tries": 0})
                if tell:
                    self._tell("running")
                self._commit(1, 1)
                return self.state == "running"
            except LOST_RACES:
                self.env.cr.rollback()
                self.env.invalidate_all()
        return False

    def _commit(self, processed, remaining):
        self.env.flush_all()
        self.env["ir.cron"]._commit_progress(processed, remaining=remaining)
        # The cache of thousands of records would only make each batch slower.
        self.env.invalidate_all()

    def _finish(self, file, count):
        """Make the whole file visible, log it, and tell who waits."""
        path = file.finish()
        attachment = self._keep_file(path, file.mimetype)
        today = local_today(self.env, self.company_id)
        self.write(
            {
                "state": "done",
                "attachment_id": attachment.id,
                "done_count": count,
                "row_count": count,
                "date_done": fields.Datetime.now(),
                "expires_on": today + timedelta(days=KEPT_DAYS),
            }
        )
        self.with_user(self.user_id).env["crm.export.log"]._note(self, "made")
        reader = self.with_context(
            lang=self.user_id.lang, mail_activity_quick_update=True
        )
        reader.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=reader.env._("Your export is ready"),
            user_id=self.user_id.id,
        )
        self._tell("done")
        self._commit(1, 0)
        self._remove_folder()

    def _keep_file(self, path, mimetype):
        """Move the file to where Odoo keeps files, without reading it into memory.

        :return: ir.attachment that only those may read who may read the export"""
        files = self.env["ir.attachment"].sudo()
        values = {"name": self.name, "mimetype": mimetype, "type": "binary"}
        values.update(res_model=self._name, res_id=self.id)
        if files._storage() != "file":
            return files.create({**values, "raw": path.read_bytes()})
        with open(path, "rb") as content:
            checksum = hashlib.file_digest(content, "sha1").hexdigest()
        size = path.stat().st_size
        stored = f"{checksum[:2]}/{checksum}"
        target = Path(files._full_path(stored))
        # before the file is there: should the transaction fail, it is swept
        files._mark_for_gc(stored)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.move(path, target)
        attachment = files.create(values)
        attachment.flush_recordset()
        self.env.cr.execute(
            SQL(
                """UPDATE ir_attachment SET store_fname = %s, checksum = %s,
                          file_size = %s WHERE id = %s""",
                *(stored, checksum, size, attachment.id),
            )
        )
        attachment.invalidate_recordset()
        return attachment

    def _fail(self, error):
        """End the job with a reason the user understands."""
        expected = isinstance(error, UserError)
        if not expected:
            _logger.error("Export %s failed", self, exc_info=error)
        reader = self.with_context(lang=self.user_id.lang)
        text = reader.env._("Something went wrong on the server. Try again.")
        if isinstance(error, OSError):
            text = reader.env._(
                "There is no room for the file. Tell your administrator."
            )
        self.write(
            {"state": "failed", "error_message": str(error)[:500] if expected else text}
        )
        self.with_user(self.user_id).env["crm.export.log"]._note(self, "failed")
        self._tell("failed")
        self._commit(0, 0)
        self._remove_folder()

    def _tell(self, state):
        """Send the page, or whatever the user looks at, how far the file is."""
        env = self.with_context(lang=self.user_id.lang).env
        texts = {
            "done": env._("Your export is ready: %(name)s", name=self.name),
            "failed": env._("The export failed: %(why)s", why=self.error_message),
        }
        self.user_id._bus_send(
            "crm_export",
            {"id": self.id, "state": state, "message": texts.get(state, "")},
        )
