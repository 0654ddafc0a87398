OPERATIONS = ("read", "create", "write", "unlink")


class RightsByRole:
    """Who may do what, for a test case with these attributes.

    * `RIGHTS`: {model: the role that may first read, create, write and unlink, None:
      nobody}
    * `ROLES`: names of the roles, each may what the one before it may
    * `users`: {role: res.users}
    """

    def assertRights(self):
        for model, rights in self.RIGHTS.items():
            for operation, first in zip(OPERATIONS, rights, strict=True):
                allowed = self.ROLES[self.ROLES.index(first) :] if first else ()
                for role in self.ROLES:
                    records = self.env[model].with_user(self.users[role])
                    self.assertEqual(
                        records.has_access(operation),
                        role in allowed,
                        (model, operation, role),
                    )
