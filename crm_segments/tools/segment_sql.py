"""SQL of the memberships of segments: statements on all customers at once."""

from odoo.tools import SQL

# What a random sample compares: four bytes of a hash, as text that sorts like a number.
HASH_LENGTH = 8
HASHES = 16**HASH_LENGTH


def sample_hash(seed, partner_id):
    """:param int seed: another one draws other customers
    :param SQL partner_id: a column
    :return: SQL: text that is spread evenly and stays the same for ever"""
    return SQL(
        """left(md5(concat(%s::text, ':', %s)), %s) COLLATE "C" """,
        str(seed),
        partner_id,
        HASH_LENGTH,
    )


def sample_limit(percent):
    """:return: the hash below which lie ``percent`` of all, None for all of them"""
    limit = int(HASHES * percent / 100)
    return f"{limit:0{HASH_LENGTH}x}" if limit < HASHES else None


def open_rows(segment_id, partner_ids=None):
    """:param partner_ids: only these customers, and those who were deleted
    :return: SQL condition on crm_segment_member: who is in"""
    condition = SQL('segment_id = %s AND "left" IS NULL', segment_id)
    if partner_ids is None:
        return condition
    return SQL(
        "%s AND (partner_id = ANY(%s) OR partner_id IS NULL)",
        condition,
        list(partner_ids),
    )


def store_changes(segment, fresh, now, partner_ids=None, todo=(False, False)):
    """Note who entered and who left, in one statement.

    :param segment: crm.segment record
    :param SQL fresh: selects the ids of those who belong to it now
    :param now: naive UTC datetime
    :param partner_ids: what ``fresh`` is limited to; default everybody
    :param todo: whether actions wait for those who (enter, leave)
    :return: SQL that selects (number entered, number left)
    """
    enter_todo, leave_todo = todo
    return SQL(
        """
        WITH fresh AS (%(fresh)s),
        stored AS (
            SELECT id, partner_id FROM crm_segment_member WHERE %(open)s
        ),
        diff AS (
            SELECT fresh.id AS partner_id, stored.id AS member_id
              FROM fresh FULL JOIN stored ON stored.partner_id = fresh.id
             WHERE fresh.id IS NULL OR stored.id IS NULL
        ),
        gone AS (
            UPDATE crm_segment_member member
               SET "left" = GREATEST(member.entered, %(now)s),
                   leave_todo = %(leave_todo)s AND member.partner_id IS NOT NULL
              FROM diff WHERE member.id = diff.member_id
         RETURNING 1
        ),
        come AS (
            INSERT INTO crm_segment_member (
                segment_id, company_id, partner_id, entered, enter_todo, leave_todo)
            SELECT %(segment)s, %(company)s, partner_id, %(now)s, %(enter_todo)s, FALSE
              FROM diff WHERE member_id IS NULL
         RETURNING 1
        )
        SELECT (SELECT count(*) FROM come), (SELECT count(*) FROM gone)
        """,
        fresh=fresh,
        open=open_rows(segment.id, partner_ids),
        now=now,
        segment=segment.id,
        company=segment.company_id.id,
        enter_todo=enter_todo,
        leave_todo=leave_todo,
    )


def merge_histories(source_ids, target_id):
    """Give one customer the memberships of several: times that touch become one.

    An action that ran for any of them ran for the customer.

    :param source_ids: customers that are merged into ``target_id``
    :return: SQL that selects the ids of the segments concerned
    """
    return SQL(
        """
        WITH old AS (
            DELETE FROM crm_segment_member WHERE partner_id = ANY(%(all)s)
         RETURNING segment_id, company_id, entered, enter_todo, leave_todo,
                   COALESCE("left", 'infinity') AS until
        ),
        begun AS (
            SELECT old.*, entered > max(until) OVER (
                       PARTITION BY segment_id ORDER BY entered, until
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS apart
              FROM old
        ),
        numbered AS (
            SELECT begun.*, count(*) FILTER (WHERE apart) OVER (
                       PARTITION BY segment_id ORDER BY entered, until) AS island
              FROM begun
        ),
        merged AS (
            INSERT INTO crm_segment_member (
                segment_id, company_id, partner_id, entered, "left", enter_todo,
                leave_todo)
            SELECT segment_id, company_id, %(target)s, min(entered),
                   NULLIF(max(until), 'infinity'), bool_and(enter_todo),
                   max(until) < 'infinity' AND bool_or(leave_todo)
              FROM numbered
          GROUP BY segment_id, company_id, island
         RETURNING segment_id
        )
        SELECT DISTINCT segment_id FROM merged
        """,
        all=[*source_ids, target_id],
        target=target_id,
    )


def add_rows(segment, customers, now, todo=(False, False)):
    """Let customers enter who are not in.

    :param segment: crm.segment record
    :param SQL customers: selects ids of res.partner
    :param now: naive UTC datetime
    :param todo: see `store_changes`
    :return: SQL that selects the ids of those who entered
    """
    return SQL(
        """INSERT INTO crm_segment_member (
               segment_id, company_id, partner_id, entered, enter_todo, leave_todo)
           SELECT %s, %s, chosen.id, %s, %s, FALSE
             FROM (%s) AS chosen
            WHERE NOT EXISTS (SELECT FROM crm_segment_member
                               WHERE %s AND partner_id = chosen.id)
        RETURNING partner_id""",
        segment.id,
        segment.company_id.id,
        now,
        todo[0],
        customers,
        open_rows(segment.id),
    )


def close_rows(segment, customers, now, todo=(False, False)):
    """Let customers leave who are in; parameters as of `add_rows`.

    :return: SQL that selects the ids of those who left
    """
    return SQL(
        """UPDATE crm_segment_member
              SET "left" = GREATEST(entered, %s), leave_todo = %s
            WHERE %s AND partner_id IN (%s)
        RETURNING partner_id""",
        now,
        todo[1],
        open_rows(segment.id),
        customers,
    )
