from odoo.tests import tagged

from .common import PosPointsCase


@tagged("post_install", "-at_install")
class TestPosReplay(PosPointsCase):
    """Most orders of a shop are made at the till: a trial that leaves them out says
    that a new programme costs next to nothing."""

    def test_orders_of_the_till(self):
        sold = self.till.sell([self.till.line(self.product, 3)], self.partner)
        self.till.sell([self.till.line(self.product, 1)])
        self.till.refund(sold, {sold.lines: 1})
        action = self.program.action_make_draft()
        draft = self.env["loyalty.program"].browse(
            action["context"]["default_program_id"]
        )
        draft.write({"thb_per_point": 50, "pos_config_ids": False})
        replay = self.env["loyalty.replay"].create(
            {"program_id": draft.id, "current_program_id": self.program.id}
        )
        replay.action_start()
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env["loyalty.replay"].with_env(self.env(cr=cr))._cron_replay()
        self.env.invalidate_all()
        row = replay.order_ids
        self.assertEqual((row.res_model, row.res_id), ("pos.order", sold.id))
        self.assertEqual((row.points_current, row.points_draft), (300, 6))
        draft.pos_ok = False
        replay.action_reset()
        replay.action_start()
        replay._count_rows(replay.order_ids)
        self.assertEqual((row.exists() or replay.order_ids).points_draft, 0)
