/**
 * When something of a programme holds, as the server asks it (tools/condition.py of
 * crm_loyalty_points): an unset part asks nothing, all set parts have to hold, and what
 * is unknown does not hold.
 *
 * `data` of a condition: {date_from, date_to: "YYYY-MM-DD", weekdays: [0 is Monday],
 * window: [first, last] minute of the day, branches, channels, tiers, tags, segments:
 * [ids], first_order, birth_month: booleans}.
 *
 * `facts` of a sale: {moment: luxon DateTime in the zone of the shop, branch, channel:
 * ids, tiers, tags, segments: [ids], firstOrder: boolean, birthMonth: 1 to 12}.
 */
function inDates({date_from: from, date_to: to}, moment) {
    const day = moment.toISODate();
    return (!from || from <= day) && (!to || day <= to);
}

function inTime({weekdays, window}, moment) {
    let weekday = moment.weekday - 1;
    if (window) {
        const [first, last] = window;
        const minute = moment.hour * 60 + moment.minute;
        if (first <= last) {
            if (minute < first || minute > last) {
                return false;
            }
        } else if (minute <= last) {
            // past midnight it still is the window of the day before
            weekday = (weekday + 6) % 7;
        } else if (minute < first) {
            return false;
        }
    }
    return !weekdays?.length || weekdays.includes(weekday);
}

function isOneOf(wanted, found) {
    return !wanted?.length || wanted.some((id) => found.includes(id));
}

/** @returns {boolean} whether a condition (or none) holds for a sale */
export function holds(data, facts) {
    if (!data) {
        return true;
    }
    return (
        inDates(data, facts.moment) &&
        inTime(data, facts.moment) &&
        isOneOf(data.branches, [facts.branch]) &&
        isOneOf(data.channels, [facts.channel]) &&
        isOneOf(data.tiers, facts.tiers) &&
        isOneOf(data.tags, facts.tags) &&
        isOneOf(data.segments, facts.segments) &&
        (!data.first_order || facts.firstOrder) &&
        (!data.birth_month || facts.birthMonth === facts.moment.month)
    );
}
