/**
 * The points engine of the till, for display and for selling without a connection.
 *
 * The figures are those of the server's engine (tools/basket.py of
 * crm_loyalty_points), rule by rule: the same decimals, the same cut after two digits.
 * The server counts every order again; what it finds is what the member gets.
 *
 * A basket has `lines`: {key, quantity, total, untaxed, productPoints}. A rule has
 * {key, mode, rate, goods, money, threshold, minimumQuantity, minimumAmount,
 * minimumWithTax, step, limit}, where `goods`, `money` and `threshold` are sets of keys.
 * Numbers are decimals, see points_decimal.js.
 */
import {DIGITS, ONE, sum} from "./points_decimal";

const POINT_DIGITS = 2;
// A count of points is kept in millionths, too; these are a hundredth of a point.
const POINT = 10n ** BigInt(DIGITS - POINT_DIGITS);

/** The rounding rule of points: two digits, towards zero. */
function cut(points) {
    return (points / POINT) * POINT;
}

/** How many whole steps an amount holds; an amount below zero holds none. */
function wholeSteps(amount, step) {
    return amount > 0n ? (amount / step) * ONE : 0n;
}

function smallest(one, other) {
    return one < other ? one : other;
}

function pick(lines, keys) {
    return lines.filter((line) => keys.has(line.key));
}

function isRefused(rule, lines) {
    const threshold = pick(lines, rule.threshold);
    const amount = sum(threshold, (line) =>
        rule.minimumWithTax ? line.total : line.untaxed
    );
    if (rule.minimumAmount > amount) {
        return true;
    }
    const goods = pick(lines, rule.goods);
    return (
        sum(goods, (line) => line.quantity) < rule.minimumQuantity ||
        !goods.some((line) => line.quantity)
    );
}

/** @returns {bigint} what the rate is multiplied by, in millionths of millionths */
function multiplier(rule, lines) {
    if (rule.mode === "order") {
        return ONE * ONE;
    }
    if (rule.mode === "money") {
        const amount = sum(pick(lines, rule.money), (line) => line.total);
        return (rule.step ? wholeSteps(amount, rule.step) : amount) * ONE;
    }
    const goods = pick(lines, rule.goods);
    if (rule.mode === "unit") {
        return sum(goods, (line) => line.quantity) * ONE;
    }
    return sum(goods, (line) => line.productPoints * line.quantity);
}

/** @returns {bigint} the points of one rule, never negative */
function countRule(rule, lines, factor) {
    if (isRefused(rule, lines)) {
        return 0n;
    }
    const base = cut((rule.rate * multiplier(rule, lines)) / (ONE * ONE));
    const points = base > 0n ? cut((base * factor) / ONE) : 0n;
    return rule.limit === null ? points : smallest(points, rule.limit);
}

/**
 * Count the points of one programme: each rule on its own, times the campaign's factor,
 * lowered to the limit of the rule; then their sum, lowered to the programme's limits.
 *
 * @param {Object[]} rules the rules whose conditions hold
 * @param {Object[]} lines of the basket
 * @param {bigint} [factor] the highest of the campaigns that hold
 * @param {bigint[]} [rooms] what may still be earned, under each limit
 * @returns {bigint}
 */
export function countPoints(rules, lines, factor = ONE, rooms = []) {
    const total = sum(rules, (rule) => countRule(rule, lines, factor));
    return rooms.reduce((points, room) => smallest(points, cut(room)), total);
}
