from .common_metrics import MetricsCase


class SegmentsCase(MetricsCase):
    """Customers whose memberships are compared with a computation by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.segments = cls.env["crm.segment"]
        cls.members = cls.env["crm.segment.member"]
        cls.tag = cls.env["res.partner.category"].create({"name": "Segment test"})
        cls.people = (
            cls.env["res.partner"]
            .with_context(crm_customer=True)
            .create([{"name": f"Person {n}", "gender": "male"} for n in range(6)])
        )
        cls.inside = ("id", "in", cls.people.ids)

    @classmethod
    def segment(cls, *conditions, **values):
        """:return: a segment of those of ``people`` who meet the conditions"""
        values.setdefault("name", "Test")
        if values.get("kind") != "fixed":
            values.setdefault("domain", repr([cls.inside, *conditions]))
        return cls.segments.create(values)

    @classmethod
    def refresh(cls):
        """Work off the queues, as the jobs do."""
        cls.env.flush_all()
        cls.settle()
        cls.segments._refresh_all()
        cls.env.invalidate_all()

    def current(self, segment):
        """:return: the customers who are in now"""
        rows = self.members.search(
            [("segment_id", "=", segment.id), ("left", "=", False)]
        )
        return rows.partner_id.sorted("id")
