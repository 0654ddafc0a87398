import {Component, onWillUnmount, xml} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const EVERY_MS = 3000;

/**
 * Reads a record again every few seconds while a background job works on it, so that
 * its progress moves without the user reloading the page. The job runs while the
 * record's state is "running", or while the field named by the attribute `busy` has a
 * value; unsaved changes are never touched.
 */
export class JobRefresh extends Component {
    static template = xml`<span class="o_job_refresh d-none" />`;
    static props = {...standardWidgetProps, busy: {type: String, optional: true}};

    setup() {
        const timer = setInterval(() => document.hidden || this.refresh(), EVERY_MS);
        onWillUnmount(() => clearInterval(timer));
    }

    get isBusy() {
        const {busy, record} = this.props;
        return busy ? Boolean(record.data[busy]) : record.data.state === "running";
    }

    async refresh() {
        const {record} = this.props;
        if (this.isBusy && !(await record.isDirty())) {
            await record.load();
        }
    }
}

registry.category("view_widgets").add("crm_job_refresh", {
    component: JobRefresh,
    extractProps: ({attrs}) => ({busy: attrs.busy}),
});
