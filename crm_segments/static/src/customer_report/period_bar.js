import {Component, onWillStart, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {deserializeDate, serializeDate} from "@web/core/l10n/dates";
import {formatDate} from "@web/views/fields/formatters";
import {useBus, useService} from "@web/core/utils/hooks";

const PERIODS = [
    ["this_month", _t("This month")],
    ["last_month", _t("Last month")],
    ["this_quarter", _t("This quarter")],
    ["this_year", _t("This year")],
    ["custom", _t("From – to")],
];

/** The months from `first` to `last`, or 0 when they are not whole months. */
function wholeMonths(first, last) {
    const next = last.plus({days: 1});
    const months = (next.year - first.year) * 12 + next.month - first.month;
    return first.day === 1 && next.day === 1 ? months : 0;
}

/** Chooses the period of the report, one step back and forth, and the best of months. */
export class PeriodBar extends Component {
    static template = "crm_segments.PeriodBar";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.periods = PERIODS;
        this.state = useState({period: "this_month", from: "", to: "", best: 10});
        useBus(this.searchModel, "update", () => this.load());
        onWillStart(() => this.load());
    }

    get searchModel() {
        return this.env.searchModel;
    }

    async load() {
        const asked = JSON.stringify(this.searchModel.reportPeriod || {});
        if (asked !== this.asked) {
            this.asked = asked;
            const period = await this.orm.call("res.partner", "get_report_period", [], {
                context: this.searchModel.context,
            });
            Object.assign(this.state, period);
        }
    }

    get title() {
        const first = deserializeDate(this.state.from);
        const last = deserializeDate(this.state.to);
        const months = wholeMonths(first, last);
        if (months === 1) {
            return first.toLocaleString({month: "long", year: "numeric"});
        }
        if (months === 12 && first.month === 1) {
            return first.toLocaleString({year: "numeric"});
        }
        return `${formatDate(first)} – ${formatDate(last)}`;
    }

    choose(event) {
        const {from, to} = this.state;
        this.searchModel.setReportPeriod({period: event.target.value, from, to});
    }

    setDay(end, event) {
        if (event.target.value) {
            const {from, to} = this.state;
            const days = {from, to, [end]: event.target.value};
            if (days.from > days.to) {
                // the other end follows rather than being swapped under one's hand
                days.from = days.to = event.target.value;
            }
            this.searchModel.setReportPeriod({period: "custom", ...days});
        }
    }

    /** One period back (-1) or forth (1), of the same length. */
    step(direction) {
        const first = deserializeDate(this.state.from);
        const last = deserializeDate(this.state.to);
        const months = wholeMonths(first, last);
        const days = last.diff(first, "days").days + 1;
        const shift = (day) =>
            months
                ? day.plus({months: months * direction})
                : day.plus({days: days * direction});
        const to = shift(last.plus({days: 1})).minus({days: 1});
        this.searchModel.setReportPeriod({
            period: "custom",
            from: serializeDate(shift(first)),
            to: serializeDate(to),
        });
    }

    setBest(event) {
        this.state.best = Number(event.target.value);
    }

    async openBest() {
        const action = await this.orm.call(
            "res.partner",
            "get_report_top_action",
            [this.state.best],
            {context: this.searchModel.context}
        );
        this.action.doAction(action);
    }
}
