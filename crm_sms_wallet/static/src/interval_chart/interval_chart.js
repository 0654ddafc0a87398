import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * Draws a Json field that holds a few shares with what they may be in truth:
 *
 *     {"parts": [{"label": "Message", "arm": "treated", "value": 8.1, "low": 7.2,
 *                 "high": 9.0, "text": "8.1 % (95 % sure: 7.2 to 9.0 %)"}, ...]}
 *
 * as bars with a whisker. The numbers stand beside them as text: who does not see the
 * drawing, or prints it, reads the same.
 */
export class IntervalChart extends Component {
    static template = "crm_sms_wallet.IntervalChart";
    static props = {...standardFieldProps};

    get parts() {
        return this.props.record.data[this.props.name]?.parts || [];
    }

    /** @returns {Number} the percentage at the right end of the drawing */
    get end() {
        return Math.max(...this.parts.map((part) => part.high), 0.1) * 1.05;
    }

    barStyle(part) {
        return `width: ${(100 * part.value) / this.end}%`;
    }

    whiskerStyle(part) {
        const left = (100 * part.low) / this.end;
        const width = (100 * (part.high - part.low)) / this.end;
        return `left: ${left}%; width: ${width}%`;
    }
}

export const intervalChart = {
    component: IntervalChart,
    displayName: _t("Shares with intervals"),
    supportedTypes: ["json"],
    isEmpty: (record, name) => !record.data[name]?.parts?.length,
};

registry.category("fields").add("crm_interval_chart", intervalChart);
