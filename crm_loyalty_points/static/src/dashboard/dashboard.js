import {
    Component,
    onWillStart,
    onWillUnmount,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {loadBundle} from "@web/core/assets";
import {deserializeDate} from "@web/core/l10n/dates";
import {formatCurrency} from "@web/core/currency";
import {formatDate, formatFloat, formatInteger} from "@web/views/fields/formatters";
import {getColor, getCustomColor} from "@web/core/colors/colors";
import {cookie} from "@web/core/browser/cookie";
import {useService} from "@web/core/utils/hooks";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

const TITLES = {
    members: _t("Members"),
    new: _t("New Members"),
    active: _t("Active in 90 Days"),
    given: _t("Points Given"),
    used: _t("Points Used"),
    lapsed: _t("Points Lapsed"),
    rate: _t("Used of Given"),
    outstanding: _t("Points Outstanding"),
    liability: _t("Value Outstanding"),
};
const PERIODS = [
    ["month", _t("This month")],
    ["last_month", _t("Last month")],
    ["quarter", _t("Last 3 months")],
    ["year", _t("This year")],
];

/** The shop's points on one page; see `loyalty.dashboard` for the figures. */
export class PointsDashboard extends Component {
    static template = "crm_loyalty_points.Dashboard";
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.periods = PERIODS;
        this.canvas = useRef("weeks");
        this.state = useState({
            status: "loading",
            period: "month",
            branch: 0,
            data: null,
        });
        onWillStart(() => {
            // Not awaited: the page shows its skeleton meanwhile.
            this.load();
        });
        useEffect(
            () => {
                this.draw();
            },
            () => [this.state.status, this.state.data]
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    async load() {
        const asked = (this.asked = Symbol("load"));
        this.state.status = "loading";
        try {
            const [data] = await Promise.all([
                this.orm.silent.call("loyalty.dashboard", "get_dashboard", [], {
                    period: this.state.period,
                    branch_id: this.state.branch || false,
                }),
                loadBundle("web.chartjs_lib"),
            ]);
            if (asked === this.asked) {
                this.state.data = data;
                this.state.status = data.empty ? "empty" : "ready";
            }
        } catch (error) {
            if (asked === this.asked) {
                this.state.status = "error";
                console.warn(error);
            }
        }
    }

    setPeriod(event) {
        this.state.period = event.target.value;
        this.load();
    }

    setBranch(event) {
        this.state.branch = Number(event.target.value);
        this.load();
    }

    open(action) {
        return this.action.doAction(action);
    }

    title(kpi) {
        return TITLES[kpi.key];
    }

    format(value, unit) {
        if (value === null || value === undefined || value === false) {
            return "–";
        }
        if (unit === "money") {
            return formatCurrency(value, this.state.data.currency_id);
        }
        if (unit === "percent") {
            return `${formatFloat(value, {digits: [16, 1]})} %`;
        }
        if (unit === "number" || Number.isInteger(value)) {
            return formatInteger(value);
        }
        return formatFloat(value, {digits: [16, 2]});
    }

    /** Changes against the time before, as text with a sign, or nothing. */
    change(kpi) {
        if (kpi.previous === null || kpi.value === null) {
            return "";
        }
        const change = kpi.value - kpi.previous;
        const sign = change > 0 ? "+" : change < 0 ? "−" : "±";
        return sign + this.format(Math.abs(Math.round(change * 100) / 100), kpi.unit);
    }

    day(text) {
        return formatDate(deserializeDate(text));
    }

    get span() {
        const {from, to} = this.state.data.period;
        return `${this.day(from)} – ${this.day(to)}`;
    }

    get comparedWith() {
        const {from, to} = this.state.data.previous;
        return _t("compared with %(from)s – %(to)s", {
            from: this.day(from),
            to: this.day(to),
        });
    }

    get endingText() {
        const {members, points} = this.state.data.ending;
        return _t("%(points)s points of %(members)s members", {
            points: this.format(points, "points"),
            members: this.format(members, "number"),
        });
    }

    draw() {
        this.chart?.destroy();
        this.chart = null;
        if (this.state.status !== "ready" || !this.canvas.el) {
            return;
        }
        const scheme = cookie.get("color_scheme");
        const text = getCustomColor(scheme, "#111827", "#ffffff");
        const grid = getCustomColor(scheme, "rgba(0,0,0,.1)", "rgba(255,255,255,.15)");
        const weeks = this.state.data.weeks;
        const line = (key, label, number) => ({
            label,
            data: weeks.map((week) => week[key]),
            borderColor: getColor(number, scheme, "odoo"),
            backgroundColor: getColor(number, scheme, "odoo"),
            tension: 0.2,
        });
        const axis = {ticks: {color: text}, grid: {color: grid}};
        this.chart = new window.Chart(this.canvas.el, {
            type: "line",
            data: {
                labels: weeks.map((week) => this.day(week.week)),
                datasets: [
                    line("given", TITLES.given.toString(), 0),
                    line("used", TITLES.used.toString(), 1),
                ],
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                plugins: {legend: {labels: {color: text}}},
                scales: {
                    x: {...axis, ticks: {color: text, maxTicksLimit: 6}},
                    y: {...axis, beginAtZero: true},
                },
            },
        });
    }
}

registry.category("actions").add("crm_loyalty_points.dashboard", PointsDashboard);
