"""The process ends at a commit, inside of one test."""


class Killed(BaseException):
    """The process ends here."""


class Commits:
    """Stands for commits inside of a test: a kill undoes what came after the last one.

    :param int last: the commit at which the process ends, None for never
    """

    def __init__(self, env, last=None):
        self.env, self.last, self.count = env, last, 0
        self.savepoint = env.cr.savepoint(flush=False)

    def __call__(self, *_args, **_values):
        self.env.flush_all()
        self.savepoint.close(rollback=False)
        self.savepoint = self.env.cr.savepoint(flush=False)
        self.count += 1
        if self.count == self.last:
            raise Killed
        return float("inf")

    def kill(self):
        self.savepoint.close(rollback=True)
        self.env.invalidate_all(flush=False)
