import {Component, onWillStart, useEffect, useRef} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {cookie} from "@web/core/browser/cookie";
import {getColor} from "@web/core/colors/colors";
import {loadBundle} from "@web/core/assets";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * Draws a Json field that holds a few named amounts:
 *
 *     {"parts": [{"label": "Tea", "value": 1200.0, "text": "1,200.00 ฿"}, ...]}
 *
 * as a pie with its legend, or as bars; a number in `count` of each part is drawn as a
 * line over the bars. Every amount is on the page as text too: who does not see the
 * drawing, or prints it, reads the same.
 */
export class ChartField extends Component {
    static template = "crm_segments.ChartField";
    static props = {
        ...standardFieldProps,
        kind: {type: String, optional: true},
    };
    static defaultProps = {kind: "pie"};

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                const chart = this.draw();
                return () => chart?.destroy();
            },
            () => [JSON.stringify(this.parts), this.props.kind]
        );
    }

    get parts() {
        return this.props.record.data[this.props.name]?.parts || [];
    }

    get title() {
        return this.props.record.fields[this.props.name].string;
    }

    get description() {
        return _t("%(title)s: %(parts)s", {
            title: this.title,
            parts: this.parts.map((part) => `${part.label} ${part.text}`).join(", "),
        });
    }

    color(index) {
        // bars are one series, the slices of a pie are many
        const pie = this.props.kind === "pie";
        const palette = pie ? this.parts.length : "odoo";
        return getColor(pie ? index : 0, cookie.get("color_scheme"), palette);
    }

    draw() {
        if (!this.canvas.el) {
            return null;
        }
        return new window.Chart(this.canvas.el, this.getConfig());
    }

    getScales(counted) {
        const scales = {x: {grid: {display: false}}, y: {beginAtZero: true}};
        if (counted) {
            scales.count = {
                beginAtZero: true,
                position: "right",
                grid: {display: false},
                ticks: {precision: 0},
            };
        }
        return scales;
    }

    getConfig() {
        const parts = this.parts;
        const pie = this.props.kind === "pie";
        const counted = !pie && parts.some((part) => "count" in part);
        const datasets = [
            {
                label: _t("Ordered Amount"),
                data: parts.map((part) => part.value),
                backgroundColor: parts.map((part, index) => this.color(index)),
                maxBarThickness: 40,
                order: 1,
            },
        ];
        if (counted) {
            const color = getColor(1, cookie.get("color_scheme"), "odoo");
            datasets.push({
                type: "line",
                label: _t("Number of Orders"),
                data: parts.map((part) => part.count),
                yAxisID: "count",
                borderColor: color,
                backgroundColor: color,
                order: 0,
            });
        }
        return {
            type: this.props.kind,
            data: {labels: parts.map((part) => part.label), datasets},
            options: {
                animation: false,
                maintainAspectRatio: false,
                plugins: {
                    legend: {display: counted},
                    tooltip: {
                        callbacks: {label: (item) => ` ${parts[item.dataIndex].text}`},
                    },
                },
                scales: pie ? {} : this.getScales(counted),
            },
        };
    }
}

export const chartField = {
    component: ChartField,
    displayName: _t("Chart"),
    supportedTypes: ["json"],
    supportedOptions: [
        {
            label: _t("Kind of chart"),
            name: "kind",
            type: "selection",
            choices: [
                {label: _t("Pie"), value: "pie"},
                {label: _t("Bars"), value: "bar"},
            ],
        },
    ],
    isEmpty: (record, name) => !record.data[name]?.parts?.length,
    extractProps: ({options}) => ({kind: options.kind}),
};

registry.category("fields").add("crm_chart", chartField);
