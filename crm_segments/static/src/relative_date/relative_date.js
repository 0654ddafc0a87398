import {Component, useRef} from "@odoo/owl";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {_t} from "@web/core/l10n/translation";

const FORM = /^today(?: ([+-])(\d+)([dwmy]))?$/;
const UNITS = {
    "-d": _t("days ago"),
    "-w": _t("weeks ago"),
    "-m": _t("months ago"),
    "-y": _t("years ago"),
    "+d": _t("days from today"),
    "+w": _t("weeks from today"),
    "+m": _t("months from today"),
    "+y": _t("years from today"),
};

/**
 * @param {any} value of a condition on a date
 * @returns {Boolean} whether it counts from today, as "today -30d" does
 */
export const isRelativeDate = (value) =>
    typeof value === "string" && /^(today|now|[=+-])/.test(value);

/**
 * @param {String} value
 * @returns {{count: Number, unit: String}|undefined} undefined for what has no words
 */
export function readRelativeDate(value) {
    const found = FORM.exec(value);
    if (!found) {
        return undefined;
    }
    const [, sign = "-", count = 0, unit = "d"] = found;
    return {count: Number(count), unit: sign + unit};
}

/** "today -30d" in words. */
export function describeRelativeDate(value) {
    if (value === "today") {
        return _t("today");
    }
    const read = readRelativeDate(value);
    return read ? `${read.count} ${UNITS[read.unit]}` : value;
}

/** A day counted from today: how many of what. */
class RelativeDate extends Component {
    static template = "crm_segments.RelativeDate";
    static props = {value: String, update: Function};

    setup() {
        this.units = Object.entries(UNITS);
        this.count = useRef("count");
        this.unit = useRef("unit");
    }

    get read() {
        return readRelativeDate(this.props.value);
    }

    change() {
        const [sign, letter] = this.unit.el.value;
        const count = Math.min(Math.abs(parseInt(this.count.el.value, 10) || 0), 9999);
        this.props.update(`today ${sign}${count}${letter}`);
    }
}

/** Either of the two: Odoo's own input says "Invalid DateTime" of a relative date. */
class DateValue extends Component {
    static template = "crm_segments.DateValue";
    static components = {DateTimeInput, RelativeDate};
    static props = {
        fixed: {type: Object, optional: true},
        relative: {type: Object, optional: true},
    };
}

/**
 * @param {Object} info how Odoo lets the value of a condition on a date be entered
 * @returns {Object} the same for relative dates too, also for a range and a list of them
 */
export function withRelativeDates(info) {
    const single = info.component === DateTimeInput;
    return {
        ...info,
        component: single ? DateValue : info.component,
        extractProps: (params) => {
            const {value, update} = params;
            if (single && isRelativeDate(value)) {
                return {relative: {value, update}};
            }
            const props = info.extractProps(params);
            if (single) {
                return {fixed: props};
            }
            for (const name of ["editorInfo", "betweenEditorInfo"]) {
                if (props[name]) {
                    props[name] = withRelativeDates(props[name]);
                }
            }
            return props;
        },
    };
}
