import {JobRefresh} from "../job_refresh/job_refresh";
import {onWillUnmount} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** Follows a file being made, and downloads it as soon as it is ready. */
export class ExportDownload extends JobRefresh {
    setup() {
        super.setup();
        this.exports = useService("crm_export");
        this.exports.pages.add(this);
        onWillUnmount(() => this.exports.pages.delete(this));
    }

    get exportId() {
        return this.props.record.resId;
    }

    get isBusy() {
        return ["waiting", "running"].includes(this.props.record.data.state);
    }

    async refresh() {
        const {exportId, isBusy} = this;
        await super.refresh();
        const isSame = exportId === this.exportId;
        const isReady = isBusy && isSame && this.props.record.data.state === "done";
        // the clock and the server may both have asked to look again
        if (isReady && this.downloaded !== exportId) {
            this.downloaded = exportId;
            this.exports.download(exportId);
        }
    }
}

registry
    .category("view_widgets")
    .add("crm_export_download", {component: ExportDownload});
