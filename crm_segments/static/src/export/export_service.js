import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/**
 * Hears from the job that makes files. The page of an export follows its own file;
 * whoever is elsewhere is told that the file is ready, or that it failed.
 */
export const exportService = {
    dependencies: ["action", "bus_service", "notification"],

    start(_env, {action, bus_service: bus, notification}) {
        const pages = new Set();

        function download(id) {
            const url = `/crm/export/${id}/file`;
            action.doAction({type: "ir.actions.act_url", target: "download", url});
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
