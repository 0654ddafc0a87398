import {FormCompiler} from "@web/views/form/form_compiler";
import {FormRenderer} from "@web/views/form/form_renderer";
import {patch} from "@web/core/utils/patch";
import {toStringExpression} from "@web/views/utils";

/**
 * `<page string="Orders" count="order_ids">` shows the title "Orders (12)": the number
 * in a field, or the number of its rows, as soon as there is one.
 */
patch(FormCompiler.prototype, {
    compileNotebook(el) {
        const notebook = super.compileNotebook(...arguments);
        for (const page of el.children) {
            const field = page.getAttribute("count");
            const name = toStringExpression(page.getAttribute("name") || "");
            const slot = [...notebook.children].find(
                (child) => child.getAttribute("name") === name
            );
            if (field && slot) {
                const title = slot.getAttribute("title");
                slot.setAttribute(
                    "title",
                    `__comp__.countedTitle(${title}, ${toStringExpression(field)})`
                );
            }
        }
        return notebook;
    },
});

patch(FormRenderer.prototype, {
    countedTitle(title, field) {
        const value = this.props.record.data[field];
        const count = value?.count ?? value;
        return count ? `${title} (${count})` : title;
    },
});
