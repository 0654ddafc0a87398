import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/**
 * Hears from the job that makes files. The page of an export follows its own file;
 * whoever is elsewhere is told that the file is ready, or that it failed.
 */
export const exportService = {
    dependencies: ["bus_service", "notification"],

    start(_env, {bus_service: bus, notification}) {
        const pages = new Set();

        /** Browsers block a window that opens without a click; a link is allowed. */
        function download(id) {
            const link = document.createElement("a");
            link.href = `/crm/export/${id}/file`;
            link.download = "";
            link.click();
        }

        function tell({id, state, message}) {
            if (state === "done") {
                const close = notification.add(message, {
                    type: "success",
                    sticky: true,
                    buttons: [
                        {
                            name: _t("Download"),
                            primary: true,
                            onClick: () => {
                                download(id);
                                close();
                            },
                        },
                    ],
                });
            } else if (state === "failed") {
                notification.add(message, {type: "danger", sticky: true});
            }
        }

        bus.subscribe("crm_export", (payload) => {
            const page = [...pages].find(({exportId}) => exportId === payload.id);
            if (page) {
                page.refresh();
            } else {
                tell(payload);
            }
        });

        return {pages, download};
    },
};

registry.category("services").add("crm_export", exportService);
