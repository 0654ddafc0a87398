import {registry} from "@web/core/registry";

const open = {
    content: "Open the album",
    trigger: ".o_notebook a[name=customer_album]",
    run: "click",
};

function drawn(color, name) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 2400;
    const context = canvas.getContext("2d");
    context.fillStyle = color;
    context.fillRect(0, 0, 2400, 2400);
    return new Promise((resolve) =>
        canvas.toBlob((blob) =>
            resolve(new window.File([blob], name, {type: "image/png"}))
        )
    );
}

function carry(files) {
    const carried = new window.DataTransfer();
    files.forEach((file) => carried.items.add(file));
    return carried;
}

function choose(input, files) {
    input.files = carry(files).files;
    input.dispatchEvent(new Event("change", {bubbles: true}));
}

function drag(type, target, files) {
    const options = {bubbles: true, cancelable: true, dataTransfer: carry(files)};
    target.dispatchEvent(new window.DragEvent(type, options));
}

const photo = (text) => `.o_crm_album_photo:contains(${text})`;
const own = ".o_crm_album_photo:has(.o_crm_album_caption)";

registry.category("web_tour.tours").add("crm_segments_customer_album", {
    steps: () => [
        open,
        {
            content: "What a colleague added can only be looked at",
            trigger: `${photo("From a colleague")}:not(:has(.o_crm_album_caption))`,
        },
        {
            content: "The next ones show how we were contacted",
            trigger: ".o_crm_album select[name=new_kind]",
            run: "select contact",
        },
        {
            content: "Add one, and another that is none",
            trigger: ".o_crm_album input[name=files]:hidden",
            async run() {
                const text = new window.File(["hello"], "fake.png", {
                    type: "image/png",
                });
                choose(this.anchor, [await drawn("red", "red.png"), text]);
            },
        },
        {
            content: "It is said which one is no photo",
            trigger: ".o_notification:contains(fake.png was not added)",
        },
        {
            content: "Drag a picture over the page",
            trigger: ".o_crm_album_photos:has(li:nth-child(2))",
            async run() {
                drag("dragenter", this.anchor, [await drawn("blue", "blue.png")]);
            },
        },
        {
            content: "Drop it",
            trigger: ".o_crm_album_dropzone",
            async run() {
                drag("drop", this.anchor, [await drawn("blue", "blue.png")]);
            },
        },
        {
            content: "Both photos are here",
            trigger:
                ".o_crm_album_photos:has(li:nth-child(3)):not(:has(li:nth-child(4)))",
        },
        {
            trigger: ".o_notification_close",
            run: "click",
        },
        {
            content: "Enlarge one",
            trigger: `${own}:first .o_crm_album_enlarge`,
            run: "click",
        },
        {
            content: "It is shown",
            trigger: ".o-FileViewer-main:not(:has(.fa-spin)) .o-FileViewer-viewImage",
        },
        {
            trigger: ".o-FileViewer-headerButton[aria-label=Close]",
            run: "click",
        },
        {
            content: "Say what it is",
            trigger: `${own}:last .o_crm_album_caption`,
            async run(helpers) {
                await helpers.edit("Before");
                await helpers.press("Enter");
            },
        },
        {trigger: ".o_crm_album_enlarge[aria-label=Before]"},
        {
            content: "Take the other one for a call",
            trigger: `${own}:first select`,
            run: "select call",
        },
        {trigger: ".o_crm_album_photo[data-kind=call]"},
        {
            content: "Look at contacts only",
            trigger: ".o_crm_album button[data-kind=contact]",
            run: "click",
        },
        {
            content: "The one with a caption is left",
            trigger: ".o_crm_album_photo:only-child .o_crm_album_caption:value(Before)",
        },
        {
            content: "Look at calls only",
            trigger: ".o_crm_album button[data-kind=call]",
            run: "click",
        },
        {
            content: "Remove that one",
            trigger:
                ".o_crm_album_photo[data-kind=call]:only-child .o_crm_album_remove",
            run: "click",
        },
        {
            content: "Sure",
            trigger: ".modal footer button:contains(Remove)",
            run: "click",
        },
        {
            content: "Nothing is left of that kind",
            trigger: ".o_crm_album p:contains(No photo of this kind)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_segments_customer_album_viewer", {
    steps: () => [
        open,
        {
            content: "The photo is there, and nothing to change",
            trigger: `.o_crm_album:not(:has(input, select)) ${photo("Seen by all")}`,
        },
    ],
});

registry.category("web_tour.tours").add("crm_segments_customer_album_camera", {
    steps: () => [
        open,
        {
            content: "An empty album says what to do",
            trigger: ".o_crm_album p:contains(Press Add Photos)",
        },
        {
            content: "The camera is one press away",
            trigger: ".o_crm_album button[name=take_photo]",
        },
        {
            content: "Take a photo",
            trigger: ".o_crm_album input[name=camera][capture]:hidden",
            async run() {
                choose(this.anchor, [await drawn("green", "image.png")]);
            },
        },
        {
            content: "It is here, and nothing hangs over the edge",
            trigger: ".o_crm_album_photo .o_crm_album_enlarge img",
            run() {
                const {right} = this.anchor.getBoundingClientRect();
                if (right > window.innerWidth) {
                    throw new Error(`The photo ends at ${right}`);
                }
            },
        },
    ],
});
