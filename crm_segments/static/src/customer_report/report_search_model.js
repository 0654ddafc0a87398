/**
 * A search model that knows the period the report is about. The period travels in the
 * context of every request and stays when one switches between list, graph and pivot.
 */
export const withPeriod = (Base) =>
    class extends Base {
        async load(config) {
            const {report_period, report_from, report_to} = config.context || {};
            if (report_period) {
                this.reportPeriod = {report_period, report_from, report_to};
            }
            return super.load(config);
        }

        get context() {
            return {...super.context, ...this.reportPeriod};
        }

        /**
         * @param {Object} period
         * @param {String} period.period name, or "custom" with from and to
         * @param {String} [period.from] ISO date
         * @param {String} [period.to] ISO date
         */
        setReportPeriod({period, from, to}) {
            this.reportPeriod = {
                report_period: period,
                report_from: from,
                report_to: to,
            };
            this._notify();
        }

        /** Switch a filter of the search view on. */
        showOnly(name) {
            const item = Object.values(this.searchItems).find(
                (candidate) => candidate.name === name
            );
            if (item && !this.query.some((facet) => facet.searchItemId === item.id)) {
                this.toggleSearchItem(item.id);
            }
        }

        exportState() {
            return {...super.exportState(), reportPeriod: this.reportPeriod};
        }

        _importState(state) {
            super._importState(state);
            this.reportPeriod = state.reportPeriod;
        }
    };
