from dataclasses import dataclass


@dataclass(frozen=True)
class StaffRole:
    """What a manager may invite somebody as.

    ``label`` and ``about`` are for the reader, ``group`` is the external id of the
    one group that the new user gets.
    """

    label: str
    group: str
    about: str = ""
