"""The statements that note the recipients of a campaign, all of them at once.

Of customers who came a moment ago the planner knows nothing and takes them for one; so
it does in a new shop. Two lists that it joins then are compared row by row, which takes
hours for 50,000. So nothing here joins two lists: what concerns a customer is looked up
by an index, and customers are compared with each other by sorting them.
"""

from odoo.tools import SQL

from odoo.addons.crm_segments.tools.segment_sql import sample_hash, sample_limit


def arm(salt, percent, partner_id):
    """:return: SQL: the arm of a customer, the same for ever"""
    return SQL(
        "CASE WHEN %s < %s THEN 'holdout' ELSE 'treated' END",
        sample_hash(salt, partner_id),
        sample_limit(percent),
    )


def variant(salt, shares, partner_id):
    """:param shares: pairs (letter, percent) that make 100 percent
    :return: SQL: the letter of a customer's text, NULL when there is one text"""
    if not shares:
        return SQL("NULL")
    # drawn apart from the arm: who is held out says nothing about the text
    drawn = sample_hash(f"{salt}:text", partner_id)
    cases, percent = [], 0
    for letter, share in shares[:-1]:
        percent += share
        cases.append(SQL("WHEN %s < %s THEN %s", drawn, sample_limit(percent), letter))
    last = shares[-1][0]
    if not cases:
        return SQL("%s", last)
    return SQL("CASE %s ELSE %s END", SQL(" ").join(cases), last)


def why_not(channel, agreed):
    """:return: SQL: the reason to skip the customer, without looking at the others"""
    reasons = (*channel.reasons, ("opted_out", SQL("%s IS NOT TRUE", agreed)))
    cases = [SQL("WHEN %s THEN %s", condition, name) for name, condition in reasons]
    return SQL("CASE %s ELSE 'none' END", SQL(" ").join(cases))


def note_recipients(mailing, chosen, channel, agreed, shares):
    """Note everybody who is chosen, in one statement.

    Of several customers with one number the first one counts, also when he is held
    out: his telephone gets nothing then.

    :param mailing: mailing.mailing record
    :param SQL chosen: selects ids of res.partner
    :param channel: CampaignChannel
    :param SQL agreed: condition on the customer ``p``
    :param shares: see :func:`variant`
    """
    return SQL(
        """
        WITH seen AS MATERIALIZED (
            SELECT p.id, a.address, %(reason)s AS reason
              FROM (SELECT DISTINCT c.id FROM (%(chosen)s) c(id)) chosen
              JOIN res_partner p ON p.id = chosen.id
        CROSS JOIN LATERAL (SELECT %(address)s AS address) a
        ), compared AS (
            SELECT seen.*,
                   min(id) FILTER (WHERE reason = 'none') OVER (
                       PARTITION BY address COLLATE "C") AS first
              FROM seen
        )
        INSERT INTO mailing_assignment (
            mailing_id, company_id, partner_id, arm, variant, number, skip_reason)
        SELECT %(mailing)s, %(company)s, id, %(arm)s, %(variant)s, address,
               CASE WHEN reason = 'none' AND first <> id THEN 'duplicate'
                    ELSE reason END
          FROM compared
      ORDER BY id
        """,
        chosen=chosen,
        reason=why_not(channel, agreed),
        address=channel.address,
        mailing=mailing.id,
        company=mailing.company_id.id,
        arm=arm(mailing.salt, mailing.holdout_percent, SQL("id")),
        variant=variant(mailing.salt, shares, SQL("id")),
    )


def skip_who_said_no(mailing, channel, agreed):
    """Look at the wishes again: of those who were to get it, note who said no since.

    :param SQL agreed: condition on the customer ``p``
    :return: SQL
    """
    reasons = [
        pair for pair in channel.reasons if pair[0] in ("stopped", "blacklisted")
    ]
    cases = [SQL("WHEN p.id IS NULL THEN 'deleted'")]
    cases += [SQL("WHEN %s THEN %s", condition, name) for name, condition in reasons]
    return SQL(
        """
        WITH seen AS (
            SELECT a.id, CASE %(cases)s WHEN %(agreed)s IS NOT TRUE
                              THEN 'opted_out' END AS reason
              FROM (SELECT id, partner_id, number AS address FROM mailing_assignment
                     WHERE mailing_id = %(mailing)s AND skip_reason = 'none') a
         LEFT JOIN res_partner p ON p.id = a.partner_id
        )
        UPDATE mailing_assignment a SET skip_reason = seen.reason
          FROM seen WHERE a.id = seen.id AND seen.reason IS NOT NULL
        """,
        agreed=agreed,
        cases=SQL(" ").join(cases),
        mailing=mailing.id,
    )
