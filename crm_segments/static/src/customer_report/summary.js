import {Component, onWillStart, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatCurrency} from "@web/core/currency";
import {formatInteger} from "@web/views/fields/formatters";
import {useBus, useService} from "@web/core/utils/hooks";

const BLOCKS = {
    customer_group_id: [_t("Customer group"), _t("No customers.")],
    customer_lifecycle: [_t("Group by orders"), _t("No customers.")],
    report_channel: [_t("Chat channel"), _t("Nobody wrote to the shop.")],
    report_team_id: [_t("Sales channel"), _t("No orders.")],
};
const MARKS = {most: _t("most"), least: _t("least")};

/** The figures of the customers below; each opens or shows what it counts. */
export class ReportSummary extends Component {
    static template = "crm_segments.ReportSummary";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.marks = MARKS;
        this.state = useState({
            status: "loading",
            data: null,
            details: !this.env.isSmall,
        });
        useBus(this.env.searchModel, "update", () => this.load());
        useBus(this.env.searchModel, "crm_row_saved", () => this.load());
        onWillStart(() => {
            // Not awaited: the customers need not wait for their sums.
            this.load();
        });
    }

    async load() {
        const asked = (this.asked = Symbol("load"));
        const {domain, context} = this.env.searchModel;
        try {
            const data = await this.orm.silent.call(
                "res.partner",
                "get_customer_report",
                [domain],
                {context}
            );
            if (asked === this.asked) {
                Object.assign(this.state, {data, status: "ready"});
            }
        } catch (error) {
            if (asked === this.asked) {
                this.state.status = "error";
                console.warn(error);
            }
        }
    }

    get numbers() {
        const {numbers, currency_id} = this.state.data;
        return [
            ["customers", _t("Customers"), formatInteger(numbers.customers)],
            ["report_new", _t("New customers"), formatInteger(numbers.new)],
            ["report_returning", _t("Bought before"), formatInteger(numbers.returning)],
            ["report_wrote", _t("Wrote to us"), formatInteger(numbers.wrote)],
            ["orders", _t("Orders"), formatInteger(numbers.orders)],
            ["payments", _t("Paid"), formatCurrency(numbers.paid, currency_id)],
        ];
    }

    get blocks() {
        return this.state.data.blocks.map(({name, parts}) => {
            const [title, empty] = BLOCKS[name];
            const largest = Math.max(1, ...parts.map((part) => part.count));
            const shown = parts.map((part) => ({
                ...part,
                text: formatInteger(part.count),
                width: `width: ${(100 * part.count) / largest}%`,
            }));
            return {name, title, empty, parts: shown};
        });
    }

    /** A number shows its customers, or opens the orders or payments behind it. */
    async open(name) {
        const {searchModel} = this.env;
        if (name.startsWith("report_")) {
            searchModel.showOnly(name);
        } else if (name !== "customers") {
            const action = await this.orm.call(
                "res.partner",
                `get_report_${name}_action`,
                [searchModel.domain],
                {context: searchModel.context}
            );
            this.action.doAction(action);
        }
    }

    showPart(block, part) {
        this.env.searchModel.createNewFilters([
            {description: `${block.title}: ${part.label}`, domain: part.domain},
        ]);
    }

    toggle() {
        this.state.details = !this.state.details;
    }
}
