from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, TransactionCase, new_test_user, tagged

from ..tools.people_lines import people_of

GROUP = "crm_segments.crm_segments_group_{}"
NEVER = ("base.group_system", "base.group_erp_manager", GROUP.format("manager"))


class StaffCase(TransactionCase):
    """A shop with two branches, another company, and a user of each role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Second Shop"})
        cls.users = {
            role: new_test_user(cls.env, f"staff_{role}", GROUP.format(role))
            for role in ("viewer", "officer", "editor", "manager")
        }
        cls.manager = cls.users["manager"]
        branches = cls.env["crm.branch"].create([{"name": "Siam"}, {"name": "Rama 9"}])
        cls.siam, cls.rama = branches
        cls.abroad = cls.env["crm.branch"].create(
            {"name": "Abroad", "company_id": cls.other_company.id}
        )
        cls.Staff = cls.env["crm.branch.staff"]
        cls.Event = cls.env["crm.staff.event"]

    def _invite(self, role="editor", user=None, branches=None, company=None, **people):
        people = people or {"suda": "suda@shop.example.com"}
        staff = self.Staff.with_user(user or self.manager)
        return staff._invite(
            [(name.title(), email) for name, email in people.items()],
            role,
            self.siam if branches is None else branches,
            company or self.env.company,
        )

    def _kinds(self, staff):
        return self.Event.search([("staff_id", "in", staff.ids)]).mapped("kind")


@tagged("post_install", "-at_install")
class TestPeopleLines(TransactionCase):
    """A list pasted from a chat or a sheet comes in many forms; a misread address
    gives a stranger an account."""

    def test_forms_that_are_understood(self):
        text = (
            "Suda Dee <Suda@Example.com>\n\nanan@example.com, Anan\n"
            "Mali\t mali@e.co.th\n"
            '"Somchai" (somchai@example.com);\r\nสุดา ใจดี thai@example.com'
        )
        found = [(p.line, p.name, p.email, p.error) for p in people_of(text)]
        self.assertEqual(
            found,
            [
                (1, "Suda Dee", "suda@example.com", ""),
                (3, "Anan", "anan@example.com", ""),
                (4, "Mali", "mali@e.co.th", ""),
                (5, "Somchai", "somchai@example.com", ""),
                (6, "สุดา ใจดี", "thai@example.com", ""),
            ],
        )

    def test_errors_per_line(self):
        text = (
            "Nobody\nA a@example.com b@example.com\nB b@nowhere\nc@example.com\n"
            "D d@example.com\nD2 D@example.com"
        )
        errors = [person.error for person in people_of(text)]
        self.assertEqual(
            errors, ["no_email", "two_emails", "bad_email", "no_name", "", "twice"]
        )
        many = "\n".join(f"P{n} p{n}@example.com" for n in range(201))
        self.assertEqual([p.error for p in people_of(many)][199:], ["", "too_many"])


@tagged("post_install", "-at_install")
class TestInvite(StaffCase):
    """Inviting makes users, which only administrators may otherwise: the one way
    for managers must never give more than the roles, nor reach another company."""

    def test_manager_invites(self):
        staff = self._invite(suda="suda@shop.example.com", anan="anan@shop.example.com")
        self.assertEqual(staff.mapped("name"), ["Suda", "Anan"])
        user = staff[0].user_id
        self.assertEqual(user.group_ids, self.env.ref(GROUP.format("editor")))
        self.assertTrue(user._is_internal())
        for group in NEVER:
            self.assertFalse(user.has_group(group), group)
        self.assertEqual(user.company_ids, self.env.company)
        self.assertEqual(staff.branch_ids, self.siam)
        self.assertEqual(set(self._kinds(staff[0])), {"invited", "added"})
        event = self.Event.search([("kind", "=", "invited"), ("person", "=", "Suda")])
        self.assertEqual(event.actor_id, self.manager)
        self.assertEqual(event.role, "Programme editor")
        self.assertEqual(event.branches, "Siam")

    def test_who_may_not_invite(self):
        for role in ("viewer", "officer", "editor"):
            user = self.users[role]
            with self.subTest(role), self.assertRaises(AccessError):
                self._invite(user=user)
            for model in ("crm.staff.invite", "crm.staff.invitation"):
                with self.subTest(role, model=model), self.assertRaises(AccessError):
                    self.env[model].with_user(user).create(
                        {"role": "viewer", "name": "x"} if "tion" in model else {}
                    )
            self.assertFalse(self.Event.with_user(user).has_access("read"))

    def test_nobody_becomes_manager_or_administrator(self):
        wizard = self.env["crm.staff.invite"].with_user(self.manager)
        for role in ("manager", "system", "", "base.group_system"):
            with self.subTest(role), self.assertRaises(UserError):
                self._invite(role=role)
        forged = wizard.create({"role": "manager", "people": "A a@example.com"})
        forged.action_check()
        with self.assertRaises(UserError):
            forged.action_invite()
        self.env.ref(GROUP.format("officer")).implied_ids += self.env.ref(
            "base.group_erp_manager"
        )
        with self.assertRaises(UserError):
            self._invite(role="officer")
        self.assertTrue(self._invite(role="viewer"))

    def test_other_companies_are_out_of_reach(self):
        with self.assertRaises(AccessError):
            self._invite(company=self.other_company, branches=self.abroad)
        with self.assertRaises(UserError):
            self._invite(branches=self.abroad)
        links = self.env["crm.staff.invitation"].with_user(self.manager)
        with self.assertRaises(AccessError):
            links.create(
                {"name": "x", "role": "viewer", "company_id": self.other_company.id}
            )

    def test_existing_accounts_are_told_and_left_alone(self):
        groups = self.users["viewer"].group_ids
        self.users["viewer"].email = "viewer@shop.example.com"
        with self.assertRaises(UserError):
            self._invite(x="Viewer@shop.example.com".lower())
        self.assertEqual(self.users["viewer"].group_ids, groups)

    def test_wizard_shows_errors_before_anything_happens(self):
        self.users["viewer"].email = "viewer@shop.example.com"
        before = self.env["res.users"].search_count([])
        form = Form(self.env["crm.staff.invite"].with_user(self.manager))
        form.role = "editor"
        form.branch_ids.add(self.siam)
        form.people = "Suda suda@shop.example.com\nnobody\nV viewer@shop.example.com"
        wizard = form.save()
        wizard.action_check()
        self.assertEqual(wizard.line_ids.mapped("state"), ["good", "bad", "bad"])
        self.assertIn("administrator", wizard.line_ids[2].message)
        self.assertEqual(self.env["res.users"].search_count([]), before)
        wizard.action_invite()
        self.assertEqual(wizard.line_ids.mapped("state"), ["sent", "bad", "bad"])
        self.assertIn("/web/signup", wizard.line_ids[0].link)
        self.assertEqual(self.env["res.users"].search_count([]), before + 1)
        with self.assertRaises(UserError):
            wizard.action_invite()

    def test_editor_reads_no_key_and_nobodys_rights(self):
        user = self._invite().user_id
        me = self.env(user=user)
        colleague = self.users["officer"]
        for model in ("ir.config_parameter", "payment.provider"):
            self.assertFalse(me[model].has_access("read"), model)
        for model in ("ir.model.access", "ir.rule", "res.groups"):
            self.assertFalse(me[model].has_access("write"), model)
        others = [("user_id", "!=", user.id)]
        self.assertFalse(me["res.users.apikeys"].search(others))
        for names in (["group_ids"], ["all_group_ids"], ["role"]):
            with self.subTest(names), self.assertRaises(AccessError):
                me["res.users"].browse(colleague.id).read(names)
        with self.assertRaises(AccessError):
            colleague.with_user(user).write({"group_ids": [(5, 0, 0)]})
        with self.assertRaises(AccessError):
            user.with_user(user).write({"group_ids": [(4, self.env.ref(NEVER[2]).id)]})
        staff = self.Staff.with_user(user).search([("user_id", "=", user.id)])
        with self.assertRaises(AccessError):
            staff.read(["access_label"])
        self.assertIn("staff_officer", colleague.with_user(user).name)


@tagged("post_install", "-at_install")
class TestEndAccess(StaffCase):
    """Who leaves must be out at once, everywhere; who is ended by mistake must be back
    with one click; and nobody locks out those above."""

    def test_end_and_give_back(self):
        staff = self._invite()
        user = staff.user_id
        self.env["res.users.apikeys"].with_user(user).sudo()._generate(
            "rpc", "key", None
        )
        token = user._compute_session_token("x" * 84)
        staff.with_user(self.manager).action_end_access()
        self.assertFalse(user.active)
        self.assertFalse(staff.active)
        self.assertFalse(user.sudo().api_key_ids)
        self.assertNotEqual(user._compute_session_token("x" * 84), token)
        self.assertFalse(self.Staff._of_user(user))
        staff.with_user(self.manager).action_give_back()
        self.assertTrue(user.active and staff.active)
        self.assertEqual(user.group_ids, self.env.ref(GROUP.format("editor")))
        self.assertEqual(self._kinds(staff)[:2], ["back", "ended"])

    def test_who_may_end_whose(self):
        staff = self._invite()
        for role in ("viewer", "officer", "editor"):
            with self.subTest(role), self.assertRaises(AccessError):
                staff.with_user(self.users[role]).action_end_access()
        admin = self.Staff.create({"user_id": self.env.ref("base.user_admin").id})
        own = self.Staff.create({"user_id": self.manager.id})
        for above, error in ((admin, AccessError), (own, UserError)):
            with self.assertRaises(error):
                above.with_user(self.manager).action_end_access()
            self.assertTrue(above.user_id.active)
        staff.user_id.company_ids += self.other_company
        with self.assertRaises(AccessError):
            staff.with_user(self.manager).action_end_access()

    def test_rights_beyond_the_roles_are_not_given_back(self):
        """Else a manager could wake up any account that was ended."""
        clerk = new_test_user(self.env, "clerk", "account.group_account_manager")
        clerk.action_archive()
        staff = self.Staff.with_user(self.manager).create(
            {"name": "Clerk", "user_id": clerk.id, "active": False}
        )
        with self.assertRaises(AccessError):
            staff.action_give_back()
        self.assertFalse(clerk.active)

    def test_log_is_only_added_to(self):
        staff = self._invite()
        staff.branch_ids = self.rama
        event = self.Event.search([("staff_id", "=", staff.id)], limit=1)
        self.assertEqual((event.kind, event.branches), ("branches", "Rama 9"))
        for user, error in (
            (self.manager, AccessError),
            (self.env.ref("base.user_root"), UserError),
        ):
            with self.assertRaises(error):
                event.with_user(user).write({"person": "Somebody else"})
            with self.assertRaises(error):
                event.with_user(user).unlink()
