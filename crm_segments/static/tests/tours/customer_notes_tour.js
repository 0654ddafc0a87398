import {registry} from "@web/core/registry";

/** Hears what the tour says. */
class FakeRecogniser {
    start() {
        FakeRecogniser.current = this;
    }

    hear(transcript, isFinal) {
        const result = Object.assign([{transcript}], {isFinal});
        this.onresult({resultIndex: 0, results: [result]});
    }

    fail(error) {
        this.onerror({error});
        this.onend();
    }

    stop() {
        this.onend();
    }
}

/** Records a few bytes that begin as a file of the browser does. */
class FakeRecorder {
    static isTypeSupported(type) {
        return type === "audio/webm";
    }

    mimeType = "audio/webm";
    state = "inactive";

    start() {
        this.state = "recording";
    }

    stop() {
        this.state = "inactive";
        const bytes = new Uint8Array([0x1a, 0x45, 0xdf, 0xa3, 0]);
        this.ondataavailable({data: new window.Blob([bytes])});
        this.onstop();
    }
}

const allow = () =>
    Promise.resolve({getTracks: () => [{stop: () => (FakeRecorder.released = true)}]});
const refuse = () => Promise.reject(new window.DOMException("No", "NotAllowedError"));

const open = {
    content: "Open the notes",
    trigger: ".o_notebook a[name=customer_notes]",
    run: "click",
};
const box = ".o_crm_notes textarea[name=note]";
const says = (text) => ({
    content: `It says: ${text}`,
    trigger: `.o_crm_notes_message[role=status]:contains(${text})`,
});
const press = (name, text) => ({
    content: `Press ${text}`,
    trigger: `.o_crm_notes button[name=${name}]:enabled:contains(${text})`,
    run: "click",
});
const hears = (words, isFinal) => ({
    content: `It hears ${words}`,
    trigger: ".o_crm_notes button[name=speak]",
    run: () => FakeRecogniser.current.hear(words, isFinal),
});

registry.category("web_tour.tours").add("crm_segments_customer_notes", {
    steps: () => [
        {
            content: "A browser that can do everything",
            trigger: "body",
            run() {
                window.SpeechRecognition = FakeRecogniser;
                window.MediaRecorder = FakeRecorder;
                navigator.mediaDevices.getUserMedia = allow;
            },
        },
        open,
        {trigger: ".o_crm_notes p:contains(No note yet)"},
        {
            content: "Nothing to save yet",
            trigger: ".o_crm_notes button[name=save_note]:disabled",
        },
        {
            content: "Type something",
            trigger: box,
            run: "edit Likes jasmine tea",
        },
        {
            content: "Look something up elsewhere",
            trigger: ".o_notebook a[name=contact_addresses]",
            run: "click",
        },
        {trigger: ".o_notebook_content .o_field_widget[name=child_ids]"},
        open,
        {
            content: "What was typed is still there",
            trigger: `${box}:value(Likes jasmine tea)`,
        },
        {
            content: "Go on in Thai",
            trigger: ".o_crm_notes select[name=language]",
            run: "select th-TH",
        },
        press("speak", "Dictate"),
        says("Listening"),
        {
            content: "It listens to Thai",
            trigger: ".o_crm_notes",
            run() {
                const {lang} = FakeRecogniser.current;
                const kept = localStorage.getItem("crm_segments.dictation_language");
                if (lang !== "th-TH" || kept !== "th-TH") {
                    throw new Error(`It listens to ${lang}, and keeps ${kept}`);
                }
            },
        },
        hears("แพ้", false),
        {trigger: ".o_crm_notes_interim:contains(แพ้)"},
        hears("แพ้กุ้ง", true),
        {
            content: "It is written down",
            trigger: `.o_crm_notes:not(:has(.o_crm_notes_interim)) textarea:value(Likes jasmine tea แพ้กุ้ง)`,
        },
        {
            content: "Browsers end after a pause, and it goes on",
            trigger: ".o_crm_notes",
            run: () => FakeRecogniser.current.onend(),
        },
        says("Listening"),
        press("speak", "Stop"),
        press("save_note", "Save Note"),
        {
            content: "It stands below",
            trigger: ".o_crm_note:contains(Likes jasmine tea แพ้กุ้ง) time",
        },
        {
            content: "And in the chatter",
            trigger: ".o-mail-Message:contains(Likes jasmine tea แพ้กุ้ง)",
        },
        press("speak", "Dictate"),
        {
            content: "The browser refuses",
            trigger: ".o_crm_notes button[name=speak]:contains(Stop)",
            run: () => FakeRecogniser.current.fail("not-allowed"),
        },
        says("The microphone is not allowed"),
        {
            content: "The recorder is refused as well",
            trigger: ".o_crm_notes",
            run() {
                navigator.mediaDevices.getUserMedia = refuse;
            },
        },
        press("speak", "Record"),
        says("press Record again, or type the note"),
        {
            content: "Allow it",
            trigger: ".o_crm_notes",
            run() {
                navigator.mediaDevices.getUserMedia = allow;
            },
        },
        press("speak", "Record"),
        says("Recording"),
        press("speak", "Stop"),
        says("Your voice is recorded"),
        {
            content: "The microphone is off",
            trigger: ".o_crm_notes_voice audio",
            run() {
                if (!FakeRecorder.released) {
                    throw new Error("The microphone is still on");
                }
            },
        },
        press("save_note", "Save Note"),
        {
            content: "It can be played, and stands first",
            trigger: ".o_crm_note:first audio[src*='/web/content/']",
        },
        press("try_text", "Dictate again"),
        says("Listening"),
        {
            content: "No connection to the recogniser",
            trigger: ".o_crm_notes",
            run: () => FakeRecogniser.current.fail("network"),
        },
        says("cannot be turned into text now"),
        {trigger: ".o_crm_notes button[name=speak]:contains(Record)"},
    ],
});

registry.category("web_tour.tours").add("crm_segments_customer_notes_plain", {
    steps: () => [
        {
            content: "A browser without dictation",
            trigger: "body",
            run() {
                window.SpeechRecognition = window.webkitSpeechRecognition = null;
                window.MediaRecorder = FakeRecorder;
            },
        },
        open,
        says("This browser cannot turn speech into text"),
        {trigger: ".o_crm_notes button[name=speak]:contains(Record)"},
        {
            content: "One that cannot record either",
            trigger: ".o_notebook a[name=contact_addresses]",
            run() {
                window.MediaRecorder = null;
                this.anchor.click();
            },
        },
        {trigger: ".o_notebook_content .o_field_widget[name=child_ids]"},
        open,
        says("can neither turn speech into text nor record it"),
        {trigger: ".o_crm_notes:not(:has(button[name=speak]))"},
        {trigger: box, run: "edit Typed after all"},
        press("save_note", "Save Note"),
        {trigger: ".o_crm_note:contains(Typed after all)"},
    ],
});

registry.category("web_tour.tours").add("crm_segments_customer_notes_viewer", {
    steps: () => [
        open,
        {
            content: "The note is there, and nothing to type in",
            trigger:
                ".o_crm_notes:not(:has(textarea)) .o_crm_note:contains(Seen by all)",
        },
    ],
});
