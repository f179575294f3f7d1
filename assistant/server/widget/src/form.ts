/** The call-back form: checked as one types, kept when the network fails, confirmed only when stored. */

import { type Api, ApiError, type CallbackRequest } from "./api.ts";
import { guarded, h, icon } from "./dom.ts";
import type { Translate } from "./labels.ts";
import { link } from "./render.ts";
import { newKey } from "./session.ts";
import type { FormTopic } from "./types.ts";
import { validContact, validName } from "./validate.ts";

export interface FormParts {
  api: Api;
  t: Translate;
  privacy(): string;
  /** The visitor's own messages, for "send along". */
  written(): string[];
  conversation(): string | null;
  done(): void;
}

const TOPICS: readonly FormTopic[] = ["call_back", "discovery_call", "cost_availability"];
/** Characters of the message field; the chat's own words fill what is left. */
const MAX_MESSAGE = 2000;

export class CallbackForm {
  readonly element: HTMLElement;
  private readonly body: HTMLFormElement;
  private readonly name = h("input", { type: "text", id: "f-name", autocomplete: "name", maxlength: 120, required: true, dir: "auto", "aria-describedby": "f-name-error" });
  private readonly contact = h("input", { type: "text", id: "f-contact", inputmode: "email", autocomplete: "tel", maxlength: 254, required: true, "aria-describedby": "f-contact-error" });
  private readonly about = h("textarea", { id: "f-about", rows: 3, maxlength: MAX_MESSAGE, dir: "auto" });
  private readonly time: HTMLInputElement;
  private readonly consent = h("input", { type: "checkbox", id: "f-consent", required: true, "aria-describedby": "f-consent-error" });
  private readonly along = h("input", { type: "checkbox", id: "f-along" });
  private readonly website = h("input", { type: "text", id: "f-website", name: "website", tabindex: "-1", autocomplete: "off" });
  private readonly alongRow: HTMLElement;
  private readonly privacy = h("span");
  private readonly problem = h("p", { class: "problem-text", role: "alert" });
  private readonly send: HTMLButtonElement;
  private topic: FormTopic = "call_back";
  private key = newKey();
  private sent = "";
  private sending = false;
  private token: Promise<string> | null = null;

  constructor(private readonly parts: FormParts) {
    const { t } = parts;
    this.time = h("input", { type: "text", id: "f-time", maxlength: 200, placeholder: t("timeHint"), dir: "auto" });
    this.send = h("button", { type: "submit", class: "button primary wide" }, t("formSend"));
    this.alongRow = h("label", { class: "tick" }, this.along, h("span", {}, t("along")));
    this.body = h(
      "form",
      { class: "form", novalidate: true, submit: (event) => (event.preventDefault(), this.submit()) },
      h("p", { class: "form-intro" }, t("formIntro")),
      h("fieldset", { class: "topics" }, h("legend", {}, t("topic")), ...TOPICS.map((topic) => this.radio(topic))),
      this.field(this.name, t("name")),
      this.field(this.contact, t("contact")),
      this.field(this.about, t("about")),
      this.field(this.time, t("time")),
      // People leave this empty; programs that fill in every field give themselves away.
      h("div", { class: "website", "aria-hidden": "true" }, h("label", { for: "f-website" }, "Website"), this.website),
      this.alongRow,
      h("label", { class: "tick" }, this.consent, h("span", {}, t("consent"))),
      this.privacy,
      h("p", { class: "field-error", id: "f-consent-error" }),
      this.problem,
      this.send,
    );
    this.element = h("div", {}, this.body);
    for (const field of [this.name, this.contact, this.consent]) {
      const check = guarded(() => field.dataset.touched && this.check(field));
      field.addEventListener("input", check);
      field.addEventListener("blur", () => {
        if (field === this.consent || !field.value) return;
        field.dataset.touched = "1";
        check();
      });
    }
    this.refresh();
  }

  choose(topic: FormTopic): void {
    this.topic = topic;
    this.token ??= this.parts.api.formToken();
    const radio = this.body.querySelector<HTMLInputElement>(`input[value="${topic}"]`);
    if (radio) radio.checked = true;
    this.element.replaceChildren(this.body);
    this.refresh();
  }

  /** The clinic's settings or the chat changed. */
  refresh(): void {
    const { t, privacy, written } = this.parts;
    const url = privacy();
    this.privacy.replaceChildren(...(url ? [link(url, t("privacy"), { base: url, newTab: t("newTab") })] : []));
    this.privacy.className = url ? "privacy" : "";
    this.alongRow.hidden = written().length === 0;
  }

  private radio(topic: FormTopic): HTMLElement {
    const input = h("input", { type: "radio", name: "topic", value: topic, checked: topic === this.topic, change: () => (this.topic = topic) });
    return h("label", { class: "tick" }, input, h("span", {}, this.parts.t(topic)));
  }

  private field(input: HTMLInputElement | HTMLTextAreaElement, label: string): HTMLElement {
    return h("div", { class: "row" }, h("label", { for: input.id }, label), input, input.required && h("p", { class: "field-error", id: `${input.id}-error` }));
  }

  private check(field: HTMLInputElement): boolean {
    const { t } = this.parts;
    const ok = field === this.consent ? field.checked : field === this.name ? validName(field.value) : validContact(field.value);
    const message = field === this.consent ? t("consentBad") : field === this.name ? t("nameBad") : t("contactBad");
    const error = this.body.querySelector(`#${field.id}-error`);
    if (error) error.textContent = ok ? "" : message;
    field.setAttribute("aria-invalid", String(!ok));
    return ok;
  }

  private async submit(): Promise<void> {
    if (this.sending) return;
    const { t } = this.parts;
    const wrong = [this.name, this.contact, this.consent].filter((field) => {
      field.dataset.touched = "1";
      return !this.check(field);
    });
    if (wrong[0]) {
      this.problem.textContent = t("formFix");
      wrong[0].focus();
      return;
    }
    this.sending = true;
    this.problem.textContent = "";
    this.send.setAttribute("aria-disabled", "true");
    this.send.textContent = t("formSending");
    const request = this.request();
    // The same request keeps its key over retries; a changed one is a new request.
    const fingerprint = JSON.stringify(request);
    if (this.sent && this.sent !== fingerprint) this.key = newKey();
    this.sent = fingerprint;
    try {
      await this.parts.api.callback(request, this.key, await (this.token ??= this.parts.api.formToken()));
      this.confirm(request.contact);
    } catch (error) {
      // A token may be spent or out of date: the next try asks for a new one.
      this.token = null;
      const sentence = error instanceof ApiError ? error.sentence : "";
      this.problem.textContent = sentence ? `${sentence} ${t("formFailed")}` : t("formFailed");
    } finally {
      this.sending = false;
      this.send.removeAttribute("aria-disabled");
      this.send.textContent = t("formSend");
    }
  }

  private request(): CallbackRequest {
    const { t, written, conversation } = this.parts;
    const along = this.along.checked && !this.alongRow.hidden;
    const own = this.about.value.trim();
    const chat = along ? `${t("alongHead")}\n${written().map((line) => `- ${line}`).join("\n")}` : "";
    const message = [own, chat].filter(Boolean).join("\n\n").slice(0, MAX_MESSAGE);
    const time = this.time.value.trim();
    const id = conversation();
    return {
      name: this.name.value.trim(),
      contact: this.contact.value.trim(),
      topic: this.topic,
      ...(message ? { message } : {}),
      ...(time ? { preferred_time: time } : {}),
      consent: true,
      // Without the tick the request is not tied to the chat at all.
      ...(along && id ? { conversation_id: id } : {}),
      website: this.website.value,
    };
  }

  private confirm(contact: string): void {
    const { t, done } = this.parts;
    const heading = h("h4", { tabindex: "-1" }, t("formDone"));
    this.element.replaceChildren(
      h(
        "div",
        { class: "form-done", role: "status" },
        icon("done"),
        heading,
        h("p", {}, t("formDoneText", { contact })),
        h("button", { type: "button", class: "button", click: done }, t("back")),
      ),
    );
    heading.focus();
    this.body.reset();
    this.startClean();
  }

  /** A next request starts clean, with its own key. */
  private startClean(): void {
    this.key = newKey();
    this.sent = "";
    this.token = null;
    for (const field of [this.name, this.contact, this.consent]) {
      delete field.dataset.touched;
      field.removeAttribute("aria-invalid");
    }
  }
}
