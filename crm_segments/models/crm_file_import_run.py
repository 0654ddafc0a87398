import logging
import time
from contextlib import nullcontext

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..tools.cron_turn import turn_deadline
from ..tools.lost_races import LOST_RACES
from ..tools.order_file import OrderFileError

_logger = logging.getLogger(__name__)

ATTEMPTS = 5
# A turn of the job: long, since each begins with reading the whole file, and well
# below the two minutes after which the server ends a job by force.
TURN_SECONDS = 50
# Not retried as they are: the batch is written again in a new transaction.


class CrmFileImport(models.AbstractModel):
    """Writing the file, in committed batches that can be cut off anywhere."""

    _inherit = "crm.file.import"

    # Rows (or what is made of them) that are written and committed together.
    _batch = 50
    # The XML id of the job, and the context in which it writes.
    _job = None
    _quiet = {}

    done_count = fields.Integer("Imported", readonly=True, copy=False)
    failed_count = fields.Integer("Not Written", readonly=True, copy=False)
    progress = fields.Float(readonly=True, copy=False, help="Percent of the file.")
    date_done = fields.Datetime("Finished", readonly=True, copy=False)

    def action_import(self):
        """Start or continue writing the checked file in the background."""
        self.ensure_one()
        self._check_import_rights()
        if self.state not in ("checked", "paused"):
            raise UserError(self.env._("Check the file first."))
        self.line_ids.filtered(lambda line: line.code == "write_failed").unlink()
        values = {"state": "running", "user_id": self.env.uid, "failed_count": 0}
        if self.state == "checked":
            values.update(self._fresh_counts())
        self.sudo().write(values)
        self.env.ref(self._job).sudo()._trigger()
        return True

    def _fresh_counts(self):
        """:return: values of the counters before the first batch"""
        return {"done_count": 0, "progress": 0}

    def action_pause(self):
        """Stop after the batch being written; what is written stays."""
        self.ensure_one()
        if self.state == "running":
            self.sudo().state = "paused"
        return True

    def action_draft(self):
        """Go back to the settings, for example to import a corrected file."""
        self.ensure_one()
        if self.state == "running":
            raise UserError(self.env._("Pause the import first."))
        self.sudo().write({"state": "draft", "error_message": False})
        return True

    @api.model
    def _cron_run(self):
        """Write the running imports, the oldest first, as the users who started them.

        Safe against being killed at any point: what is committed is found by its
        order number when the job runs again, and not written twice.
        """
        deadline = turn_deadline(self.env, TURN_SECONDS)
        if deadline is None:
            return
        for record in self.sudo().search([("state", "=", "running")], order="id"):
            user = record.user_id
            company = record.company_id
            record = record.with_user(user).with_company(company)
            record = record.with_context(
                allowed_company_ids=company.ids,
                lang=user.lang,
                crm_file_import_deadline=deadline,
                **self._quiet,
            )
            if not record._run_safely():
                break

    def _run_safely(self):
        """Run; what stops this import for good must not stop the next ones.

        :return: bool, see `_run`
        """
        try:
            with self._writing():
                return self._run()
        except LOST_RACES:
            raise
        except Exception as error:
            _logger.exception("Import %s stopped", self)
            self.env.cr.rollback()
            self.env.invalidate_all()
            self._pause(str(error))
            self.env["ir.cron"]._commit_progress(0, remaining=1)
            return True

    def _writing(self):
        """:return: context manager around everything that is written"""
        return nullcontext()

    def _pause(self, message):
        """Stop, and tell the user why; from there it can be continued."""
        self.sudo().write({"state": "paused", "error_message": message[:1000]})

    def _run(self):
        """:return: False when the time of the job is over before the file"""
        self.ensure_one()
        try:
            plan = self._plan()
        except OrderFileError as error:
            self._pause(self._file_error(error))
            self._commit_batch(0, 0)
            return True
        todo = self._todo(plan)
        total = self.done_count + self.failed_count + len(todo)
        for number, batch in enumerate(split_every(self._batch, todo, list)):
            left = len(todo) - number * self._batch - len(batch)
            done, failed = self._write_safely(batch)
            self.done_count += done
            self.failed_count += failed
            self.progress = 100.0 * (total - left) / total
            if not self._commit_batch(len(batch), left + 1):
                return left == 0 and self._finish(plan)
        return self._finish(plan)

    def _todo(self, plan):
        """:return: list of what of the plan is to be written and is not there yet"""
        raise NotImplementedError

    def _still_todo(self, batch):
        """:return: the items that another transaction did not write meanwhile"""
        return batch

    def _write_batch(self, batch):
        """Write items of ``_todo``; what fails must fail here: flush."""
        raise NotImplementedError

    def _item_name(self, item):
        """:return: what the list of findings calls an item that cannot be written"""
        raise NotImplementedError

    def _failed_names(self):
        """:return: set of the items this run could not write, not to try again"""
        failed = self.line_ids.filtered(lambda line: line.code == "write_failed")
        return set(failed.mapped("value"))

    def _done_message(self):
        """:return: (title, text) for the user when the file is in"""
        raise NotImplementedError

    def _finish(self, plan):
        """Close the import and tell the user."""
        self.sudo().write(
            {"state": "done", "progress": 100, "date_done": fields.Datetime.now()}
        )
        title, message = self._done_message()
        self.user_id._bus_send(
            "simple_notification",
            {
                "type": "success",
                "title": title,
                "message": message,
                "sticky": True,
            },
        )
        self._commit_batch(1, 0)
        return True

    def _commit_batch(self, processed, remaining):
        """Commit, show the progress, see a pause.

        :return: bool, whether to go on with the next batch
        """
        self.env.flush_all()
        self.env["ir.cron"]._commit_progress(processed, remaining=remaining)
        # The cache of thousands of records would only make each batch slower.
        self.env.invalidate_all()
        deadline = self.env.context.get("crm_file_import_deadline", float("inf"))
        return time.monotonic() < deadline and self.state == "running"

    def _write_safely(self, batch):
        """Write a batch; when it fails, each of its items by itself.

        :return: (items written, items that cannot be written)
        """
        for attempt in range(ATTEMPTS):
            try:
                with self.env.cr.savepoint():
                    self._write_batch(batch)
                return len(batch), 0
            except LOST_RACES:
                _logger.info("Batch in conflict, attempt %s", attempt + 1)
                self.env.cr.rollback()
                self.env.invalidate_all()
                batch = self._still_todo(batch)
            except Exception:
                _logger.info("Batch failed, writing one by one", exc_info=True)
                break
        self.env.invalidate_all()
        written = sum(self._write_alone(item) for item in batch)
        return written, len(batch) - written

    def _write_alone(self, item):
        """:return: bool; an item that cannot be written is listed with the reason"""
        try:
            with self.env.cr.savepoint():
                self._write_batch([item])
            return True
        except LOST_RACES:
            raise
        except Exception as error:
            self.env.invalidate_all()
            self.line_ids.create(
                {
                    "import_id": self.id,
                    "row": item.row,
                    "level": "error",
                    "code": "write_failed",
                    "value": self._item_name(item),
                    "other": str(error)[:500],
                }
            )
            return False
