import {Component, onWillUnmount, xml} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const EVERY_MS = 2000;

/**
 * Reads a campaign again every few seconds while it is being counted or sent, so that
 * its progress moves without a reload. Unsaved changes are never touched.
 */
export class CampaignRefresh extends Component {
    static template = xml`<span class="o_campaign_refresh d-none" />`;
    static props = {...standardWidgetProps};

    setup() {
        const timer = setInterval(() => document.hidden || this.refresh(), EVERY_MS);
        onWillUnmount(() => clearInterval(timer));
    }

    get isBusy() {
        const {prepare_state, state, paused} = this.props.record.data;
        return prepare_state === "preparing" || (state === "sending" && !paused);
    }

    async refresh() {
        const {record} = this.props;
        if (record.resId && this.isBusy && !(await record.isDirty())) {
            await record.load();
        }
    }
}

registry.category("view_widgets").add("crm_campaign_refresh", {
    component: CampaignRefresh,
});
