from .tools import append_only


def uninstall_hook(env):
    """Dropping the tables is the ORM's work; the triggers are ours."""
    append_only.unprotect(env.cr)
