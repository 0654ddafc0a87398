import {formatFloat} from "@web/core/utils/numbers";
import {localization} from "@web/core/l10n/localization";

/** @returns {string} points without needless decimals: 1,250 or 12.5 */
export function formatPoints(points) {
    return formatFloat(points || 0, {digits: [69, 2], trailingZeros: false});
}

/**
 * @param {string} day YYYY-MM-DD
 * @returns {string} the day as it is said here; in Thai in the Buddhist era
 */
export function formatPointsDay(day) {
    const [year, month, date] = day.split("-").map((part) => parseInt(part, 10));
    const language = (localization.code || "en-US").replace("_", "-");
    const locale = language.startsWith("th") ? "th-TH-u-ca-buddhist" : language;
    return new Intl.DateTimeFormat(locale, {
        day: "numeric",
        month: "short",
        year: "numeric",
    }).format(new Date(year, month - 1, date));
}
