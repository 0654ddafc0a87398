/**
 * Exact decimals for points.
 *
 * The server counts with Python's Decimal; binary floats would differ from it by a
 * point now and then. A number here is a BigInt that counts millionths.
 */
export const DIGITS = 6;
export const ONE = 10n ** BigInt(DIGITS);

/**
 * @param {number|string|bigint|false|null} value as the server or the order has it
 * @param {number} [digits] decimals that are kept; the rest is rounded half up
 * @returns {bigint} millionths
 */
export function decimal(value, digits = DIGITS) {
    if (typeof value === "bigint") {
        return value;
    }
    const [, sign, whole, fraction = "", exponent = "0"] = String(value || 0).match(
        /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/
    );
    const places = fraction.length - parseInt(exponent, 10);
    let count = BigInt(whole + fraction || "0");
    if (places > digits) {
        const unit = 10n ** BigInt(places - digits);
        count = (2n * count + unit) / (2n * unit);
    } else {
        count *= 10n ** BigInt(digits - places);
    }
    count *= 10n ** BigInt(DIGITS - digits);
    return sign === "-" ? -count : count;
}

/**
 * @param {bigint} count millionths
 * @returns {number} the nearest float, for display and for the order
 */
export function toNumber(count) {
    const text = (count < 0n ? -count : count).toString().padStart(DIGITS + 1, "0");
    const value = Number(`${text.slice(0, -DIGITS)}.${text.slice(-DIGITS)}`);
    return count < 0n ? -value : value;
}

/** @returns {bigint} the sum of what `pick` gives for each item */
export function sum(items, pick) {
    return items.reduce((total, item) => total + pick(item), 0n);
}
