/** The panel: header, menu, conversation, composer, and the sheet that covers them for the form and the routine. */

import type { Announcer } from "./announcer.ts";
import { Api, ApiError } from "./api.ts";
import type { EmbedSettings } from "./config.ts";
import { type Conversation, MAX_CHARS } from "./conversation.ts";
import { guarded, h, icon, type IconName, mark, report } from "./dom.ts";
import { CallbackForm } from "./form.ts";
import { baseKit, type Extra, type Kit } from "./kit.ts";
import type { Translate } from "./labels.ts";
import { link } from "./render.ts";
import type { Store } from "./store.ts";
import { Thread } from "./thread.ts";
import type { Action, ClinicConfig, Exercise, FormTopic } from "./types.ts";
import { safeUrl } from "./url.ts";

export interface PanelParts {
  settings: EmbedSettings;
  t: Translate;
  api: Api;
  conversation: Conversation;
  store: Store;
  announcer: Announcer;
  close(): void;
  adopt(css: string): void;
  fullScreen(): boolean;
}

/** Milliseconds that the greeting waits for the clinic's settings before the built-in one is shown. */
const CONFIG_PATIENCE = 2500;
const FOCUSABLE = 'button:not([disabled]),a[href],input:not([tabindex="-1"]),textarea,select,summary,[tabindex="0"]';

export class Panel {
  readonly element: HTMLElement;
  readonly thread: Thread;
  private clinic: ClinicConfig | null = null;
  private configAsked: Promise<void> | null = null;
  private extraLoad: Promise<Extra> | null = null;
  private form: CallbackForm | null = null;
  private onSheetClose: (() => void) | null = null;
  private sheetReturn: HTMLElement | null = null;
  private violated = false;
  private readonly kit: Kit;
  private readonly title: HTMLElement;
  private readonly main: HTMLElement;
  private readonly sheet = h("div", { class: "sheet", hidden: true });
  private readonly menu: HTMLElement;
  private readonly menuButton: HTMLButtonElement;
  private readonly notice = h("p", { class: "notice", role: "status" });
  private readonly input: HTMLTextAreaElement;
  private readonly sendButton: HTMLButtonElement;
  private readonly count = h("p", { class: "count", role: "status", id: "count" });

  constructor(private readonly parts: PanelParts) {
    const { t, settings } = parts;
    this.kit = {
      ...baseKit,
      t,
      lang: settings.lang,
      api: parts.api,
      announcer: parts.announcer,
      openSheet: (title, content, onClose) => this.openSheet(title, content, onClose),
      closeSheet: () => this.closeSheet(),
      ask: (text) => this.ask(text),
    };
    this.thread = new Thread({
      t,
      api: parts.api,
      base: settings.api,
      conversation: parts.conversation,
      announcer: parts.announcer,
      ask: (text) => this.ask(text),
      act: (action, look) => this.act(action, look),
      extra: () => this.extra(),
      routine: (exercises) => this.routine(exercises),
      kit: this.kit,
    });
    this.title = h("h2", { id: "title", class: "title" }, settings.title || t("assistant"));
    this.input = h("textarea", {
      class: "input",
      rows: 1,
      dir: "auto",
      enterkeyhint: "send",
      autocomplete: "off",
      placeholder: t("placeholder"),
      "aria-label": t("message"),
      "aria-describedby": "count",
      input: () => this.grow(),
      keydown: (event) => {
        const key = event as KeyboardEvent;
        if (key.key === "Enter" && !key.shiftKey && !key.isComposing) {
          key.preventDefault();
          this.submit();
        }
      },
    });
    this.sendButton = this.button("send", t("send"), () => this.submit(), "send");
    this.menuButton = this.button("menu", t("menu"), () => this.toggleMenu(), "bare");
    this.menuButton.setAttribute("aria-expanded", "false");
    this.menu = h(
      "div",
      { class: "menu", hidden: true },
      h("button", { type: "button", class: "item", click: () => this.restart() }, t("restart")),
      h("button", { type: "button", class: "item", click: () => this.confirmForget() }, t("forget")),
      h("button", { type: "button", class: "item", click: () => this.openForm("call_back") }, t("formTitle")),
    );
    this.main = h(
      "div",
      { class: "main" },
      this.notice,
      this.thread.element,
      h(
        "form",
        { class: "composer", novalidate: true, submit: (event) => (event.preventDefault(), this.submit()) },
        this.count,
        h("div", { class: "field" }, this.input, this.sendButton),
        h("p", { class: "foot" }, h("strong", {}, t("notDoctor")), ` ${t("general")}`),
      ),
    );
    const closeButton = settings.inline ? null : this.button("close", t("close"), () => parts.close(), "bare");
    this.element = h(
      "section",
      { class: "panel", part: "panel", role: settings.inline ? "region" : "dialog", "aria-labelledby": "title", tabindex: "-1" },
      h(
        "div",
        { class: "head" },
        h("span", { class: "disc" }, mark()),
        h("div", { class: "names" }, this.title, h("p", { class: "sub" }, t("notDoctor"))),
        this.menuButton,
        closeButton,
        this.menu,
      ),
      this.main,
      this.sheet,
    );
    document.addEventListener("securitypolicyviolation", (event) => {
      if (event.effectiveDirective === "connect-src" && event.blockedURI.startsWith(new URL(settings.api).origin)) this.violated = true;
    });
    this.grow();
  }

  /** The panel came into view. */
  opened(focus: boolean): void {
    this.connection();
    this.configAsked ??= this.loadConfig();
    this.thread.restore();
    if (!focus) return;
    const coarse = matchMedia("(pointer: coarse)").matches || this.parts.fullScreen();
    // On a phone the keyboard would hide the greeting: focus the panel, not the field.
    (!this.sheet.hidden ? this.sheet : coarse ? this.element : this.input).focus({ preventScroll: true });
  }

  closed(): void {
    this.toggleMenu(false);
  }

  /** Escape closes the innermost thing; false when that is the panel itself. */
  escape(): boolean {
    if (!this.menu.hidden) {
      this.toggleMenu(false);
      this.menuButton.focus();
      return true;
    }
    if (!this.sheet.hidden) {
      this.closeSheet();
      return true;
    }
    return false;
  }

  /** Keep Tab inside while the panel fills the screen. */
  trap(event: KeyboardEvent): void {
    const items = [...this.element.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((item) => item.getClientRects().length > 0);
    const active = (this.element.getRootNode() as ShadowRoot).activeElement;
    const [first, last] = [items[0], items[items.length - 1]];
    if (event.shiftKey && (active === first || active === this.element)) {
      event.preventDefault();
      last?.focus();
    } else if (!event.shiftKey && active === last) {
      event.preventDefault();
      first?.focus();
    }
  }

  setBusy(busy: boolean): void {
    this.sendButton.setAttribute("aria-disabled", String(busy));
    this.element.toggleAttribute("data-busy", busy);
  }

  connection(): void {
    const offline = navigator.onLine === false;
    this.notice.textContent = offline ? this.parts.t("offline") : "";
  }

  /** The conversation was emptied. */
  cleared(): void {
    this.thread.clear();
    this.greet();
  }

  private button(name: IconName, label: string, click: () => void, kind: string): HTMLButtonElement {
    return h("button", { type: "button", class: `round ${kind}`, "aria-label": label, title: label, click }, icon(name));
  }

  private async loadConfig(): Promise<void> {
    const { api, settings, t, store } = this.parts;
    const late = setTimeout(() => this.greet(), CONFIG_PATIENCE);
    try {
      this.clinic = await api.config(settings.lang);
      if (!this.clinic.storage) store.forbid();
      if (!settings.title && this.clinic.name) this.title.textContent = t("titled", { name: this.clinic.name });
    } catch (error) {
      await this.explain(error);
    } finally {
      clearTimeout(late);
    }
    this.greet();
  }

  /** Say in the console why the assistant cannot be reached, and offer another way in the panel. */
  private async explain(error: unknown): Promise<void> {
    const { settings, api } = this.parts;
    const status = error instanceof ApiError ? error.status : 0;
    // An older or busier server may lack this one reply; the chat itself may still work.
    if (status > 0 || navigator.onLine === false) return;
    await new Promise((resolve) => setTimeout(resolve));
    if (this.violated) {
      report(`This page's Content-Security-Policy forbids the chat: add ${new URL(settings.api).origin} to connect-src.`);
    } else if (await api.alive()) {
      report(`${location.origin} is not on the assistant's list of allowed sites: add it to allowed_origins (ASSISTANT_ALLOWED_ORIGINS) of ${settings.api}.`);
    } else {
      report(`${settings.api} does not answer.`);
      return;
    }
    this.block();
  }

  private block(): void {
    const { t, settings } = this.parts;
    const options = { base: settings.api, newTab: t("newTab") };
    const booking = safeUrl(settings.booking, settings.api) && link(settings.booking, t("book"), options);
    const own = link(`${settings.api}/embed`, t("ownPage"), options);
    for (const item of [booking, own]) if (item instanceof HTMLElement) item.className = "button";
    this.main.replaceChildren(h("div", { class: "blocked", role: "alert" }, h("p", {}, t("blocked")), h("div", { class: "actions" }, booking || null, own)));
    this.menuButton.hidden = true;
  }

  private greet(): void {
    const { settings, t, conversation } = this.parts;
    if (!conversation.empty) return;
    const starters = settings.starters.length ? settings.starters : (this.clinic?.starters ?? []);
    this.thread.greet(settings.greeting || this.clinic?.greeting || t("hello"), starters);
  }

  private grow(): void {
    const { input, parts } = this;
    input.style.height = "auto";
    if (input.scrollHeight) input.style.height = `${Math.min(input.scrollHeight, 132)}px`;
    const over = input.value.trim().length - MAX_CHARS;
    this.count.textContent = over > 0 ? parts.t("tooLong", { count: over }) : "";
    input.setAttribute("aria-invalid", String(over > 0));
  }

  private submit(): void {
    if (!this.parts.conversation.busy && this.ask(this.input.value)) {
      this.input.value = "";
      this.grow();
    }
    this.input.focus({ preventScroll: true });
  }

  private ask(text: string): boolean {
    this.parts.store.allow();
    this.thread.follow();
    return this.parts.conversation.send(text);
  }

  private act(action: Action, look: string): Node {
    const { settings, t } = this.parts;
    if (action.kind === "form" || action.url.startsWith("#")) {
      const topic = (["call_back", "discovery_call", "cost_availability"] as const).find((item) => action.url === `#${item}`);
      return h("button", { type: "button", class: `button ${look}`, click: () => this.openForm(topic ?? "call_back") }, icon("chat"), h("span", {}, action.label));
    }
    const phone = action.kind === "phone";
    const node = link(action.url, [icon(phone ? "phone" : "out"), h("span", {}, action.label)], { base: settings.api, newTab: t("newTab") });
    (node as HTMLElement).className = `button ${look}`;
    return node;
  }

  private openForm(topic: FormTopic): void {
    this.toggleMenu(false);
    const { api, conversation, t, settings } = this.parts;
    this.form ??= new CallbackForm({
      api,
      t,
      privacy: () => safeUrl(this.clinic?.privacyUrl ?? "", settings.api),
      written: () => conversation.session.turns.map((turn) => turn.text),
      conversation: () => conversation.session.conversation,
      done: () => this.closeSheet(),
    });
    this.form.choose(topic);
    this.openSheet(t("formTitle"), this.form.element);
    void (this.configAsked ?? Promise.resolve()).then(() => this.form?.refresh());
  }

  private openSheet(title: string, content: HTMLElement, onClose?: () => void): void {
    const before = this.onSheetClose;
    this.onSheetClose = null;
    before?.();
    this.onSheetClose = onClose ?? null;
    this.sheetReturn ??= (this.element.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
    const heading = h("h3", { tabindex: "-1" }, title);
    this.sheet.replaceChildren(
      h("div", { class: "sheet-head" }, this.button("back", this.parts.t("back"), () => this.closeSheet(), "bare"), heading),
      h("div", { class: "sheet-body", tabindex: "-1" }, content),
    );
    this.sheet.hidden = false;
    this.main.hidden = true;
    heading.focus({ preventScroll: true });
  }

  private closeSheet(): void {
    if (this.sheet.hidden) return;
    this.sheet.hidden = true;
    this.main.hidden = false;
    const after = this.onSheetClose;
    this.onSheetClose = null;
    after?.();
    this.thread.settle();
    const back = this.sheetReturn;
    this.sheetReturn = null;
    (back?.isConnected && back.getClientRects().length ? back : this.input).focus({ preventScroll: true });
  }

  private toggleMenu(show = this.menu.hidden): void {
    this.menu.hidden = !show;
    this.menuButton.setAttribute("aria-expanded", String(show));
  }

  private restart(): void {
    this.toggleMenu(false);
    this.closeSheet();
    this.parts.conversation.restart();
    this.parts.announcer.say(this.parts.t("restarted"));
    this.input.focus({ preventScroll: true });
  }

  private confirmForget(): void {
    this.toggleMenu(false);
    const { t, announcer, conversation } = this.parts;
    const problem = h("p", { class: "problem", role: "alert" });
    const yes = h("button", { type: "button", class: "button danger" }, t("forgetYes"));
    yes.addEventListener(
      "click",
      guarded(async () => {
        yes.setAttribute("aria-disabled", "true");
        try {
          await conversation.forget();
          this.closeSheet();
          this.form = null;
          announcer.say(t("forgotten"));
        } catch {
          problem.textContent = t("forgetFailed");
          yes.removeAttribute("aria-disabled");
        }
      }),
    );
    const no = h("button", { type: "button", class: "button", click: () => this.closeSheet() }, t("forgetNo"));
    this.openSheet(t("forget"), h("div", { class: "confirm" }, h("p", {}, t("forgetAsk")), problem, h("div", { class: "actions" }, yes, no)));
  }

  private extra(): Promise<Extra> {
    this.extraLoad ??= (import(`${this.parts.settings.api}/widget-extra.js?v=${EXTRA_HASH}`) as Promise<Extra>).then((extra) => {
      this.parts.adopt(extra.sheet);
      return extra;
    });
    this.extraLoad.catch(() => {
      this.extraLoad = null;
    });
    return this.extraLoad;
  }

  private routine(exercises: Exercise[]): void {
    this.extra().then((extra) => extra.routine(this.kit, exercises), report);
  }
}
