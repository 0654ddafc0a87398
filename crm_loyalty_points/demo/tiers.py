"""Tiers for the demo shop, with a year of members who rose and fell."""

from datetime import timedelta

RUN_ON = (1, 15)
WINDOW_MONTHS = 6
WARNING_DAYS = 14
HELD_MONTHS = 3
# from, English, Thai, values, what the members read in English and Thai
TIERS = (
    (
        100,
        "Silver",
        "ซิลเวอร์",
        {},
        "A herbal drink at each visit.",
        "ฟรีน้ำสมุนไพรทุกครั้งที่มาใช้บริการ",
    ),
    (
        200,
        "Gold",
        "โกลด์",
        {"earn_factor": 1.25, "gift_points": 30},
        "A quarter more points, and 30 points when you become Gold.",
        "รับคะแนนเพิ่มอีก 25% และรับ 30 คะแนนเมื่อขึ้นระดับโกลด์",
    ),
    (
        350,
        "Platinum",
        "แพลทินัม",
        {"earn_factor": 1.5, "gift_points": 50, "birthday_points": 100},
        "Half as many points again, and 100 points on your birthday.",
        "รับคะแนนเพิ่มอีก 50% และรับ 100 คะแนนในวันเกิด",
    ),
)


def load_tiers(program, today, translate):
    """Make the tiers, and let the jobs of the past months run as on their days.

    :param program: loyalty.program whose members have their points already
    :param today: datetime.date where the shop is
    :param translate: called with record, field and the Thai text
    """
    # nobody is warned today of a month that has long ended
    program.write({"tier_window_months": WINDOW_MONTHS, "tier_warning_days": 0})
    tiers = program.env["loyalty.tier"].create(
        [
            {
                "name": name,
                "program_id": program.id,
                "threshold": threshold,
                "description": description,
                **vals,
            }
            for threshold, name, _thai, vals, description, _said in TIERS
        ]
    )
    for tier, (*_vals, thai, _more, _text, said) in zip(tiers, TIERS, strict=True):
        translate(tier, "name", thai)
        translate(tier, "description", said)
    _run_jobs(program, today)
    _give_by_hand(program, tiers, today)
    program.tier_warning_days = WARNING_DAYS


def _run_jobs(program, today):
    """Members rise some days after they reached a tier, and fall at month ends."""
    joined = program.env["loyalty.card"].search([("program_id", "=", program.id)])
    first = min(joined.mapped("member_since"), default=today)
    for past in range((today - first).days, -1, -1):
        day = today - timedelta(days=past)
        if day.day in RUN_ON or day == today:
            program._run_tiers(day)


def _give_by_hand(program, tiers, today):
    """A guest of the house has a tier for a while, whatever points come."""
    guest = program.env["loyalty.card"].search(
        [("program_id", "=", program.id), ("tier_id", "=", False)], limit=1
    )
    until = today + timedelta(days=30 * HELD_MONTHS)
    guest.write({"tier_id": tiers[1].id, "tier_until": until})
