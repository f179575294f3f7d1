/** `<back-assistant>`: the launcher, and the panel once it is opened. */

import { Announcer } from "./announcer.ts";
import { Api } from "./api.ts";
import { attributesOf, type EmbedSettings, type Raw, settings } from "./config.ts";
import { Conversation } from "./conversation.ts";
import { guarded, h, mark, report } from "./dom.ts";
import { translator, type Translate } from "./labels.ts";
import { Panel } from "./panel.ts";
import { Store } from "./store.ts";
import sheet from "./styles.css";
import { applyAccent } from "./theme.ts";

export const TAG = "back-assistant";

let defaults: Raw = {};
export const setScriptDefaults = (raw: Raw): void => {
  defaults = raw;
};

export class BackAssistant extends HTMLElement {
  private readonly root: ShadowRoot;
  private built = false;
  private settings!: EmbedSettings;
  private t!: Translate;
  private panel: Panel | null = null;
  private frame!: HTMLElement;
  private launcher!: HTMLButtonElement;
  private announcer = new Announcer();
  private store!: Store;
  private conversation!: Conversation;
  private returnTo: HTMLElement | null = null;
  private readonly dark = matchMedia("(prefers-color-scheme: dark)");

  constructor() {
    super();
    this.root = this.attachShadow({ mode: "open" });
  }

  /** Whether the chat is open. */
  get opened(): boolean {
    return this.frame?.hasAttribute("data-open") ?? false;
  }

  connectedCallback(): void {
    guarded(() => {
      if (!this.built) this.build();
      this.toTopLayer();
      this.listen(true);
    })();
  }

  disconnectedCallback(): void {
    guarded(() => this.listen(false))();
  }

  /** Open the chat; `focus` false leaves the focus where it is. */
  open(focus = true): void {
    guarded(() => this.show(focus))();
  }

  close(): void {
    guarded(() => this.hide())();
  }

  private build(): void {
    this.built = true;
    const raw = { ...defaults, ...attributesOf(this, false) };
    this.settings = settings(raw, {
      lang: this.closest("[lang]")?.getAttribute("lang") ?? document.documentElement.lang,
      browser: navigator.language,
      origin: location.origin,
    });
    this.t = translator(this.settings.lang);
    this.toggleAttribute("inline", this.settings.inline);
    this.adopt(sheet);
    this.store = new Store(this.settings.storage, `back-assistant:${this.settings.api}`);
    this.conversation = new Conversation(new Api(this.settings.api), this.store, this.t, {
      turn: (turn) => this.panel?.thread.update(turn),
      cleared: () => this.panel?.cleared(),
      busy: (busy) => this.panel?.setBusy(busy),
    });
    this.launcher = h(
      "button",
      { type: "button", class: "launcher", part: "launcher", "aria-expanded": "false", "aria-haspopup": "dialog", click: () => (this.opened ? this.hide() : this.show(true)) },
      h("span", { class: "disc" }, mark()),
      h("span", { class: "text" }, this.settings.label || this.t("ask")),
    );
    this.frame = h(
      "div",
      { class: "root", lang: this.settings.lang, "data-position": this.settings.position, "data-inline": this.settings.inline, keydown: (event) => this.onKey(event as KeyboardEvent) },
      !this.settings.inline && this.launcher,
      ...this.announcer.elements,
    );
    this.root.append(this.frame);
    this.scheme();
    const remembered = this.conversation.session.open && !this.conversation.empty && !this.fullScreen();
    if (this.settings.inline || this.settings.open || remembered) this.show(false, !this.settings.inline && remembered);
  }

  private show(focus: boolean, byVisitor = focus): void {
    if (!this.built || this.opened) return;
    const active = document.activeElement;
    this.returnTo = active instanceof HTMLElement && active !== document.body && active !== this ? active : this.launcher;
    if (!this.panel) {
      this.panel = new Panel({
        settings: this.settings,
        t: this.t,
        api: new Api(this.settings.api),
        conversation: this.conversation,
        store: this.store,
        announcer: this.announcer,
        close: () => this.hide(),
        adopt: (css) => this.adopt(css),
        fullScreen: () => this.fullScreen(),
      });
      this.frame.append(this.panel.element);
    }
    // Opened by the visitor, or used: only then may the session be stored.
    if (byVisitor) this.store.allow();
    this.frame.setAttribute("data-open", "");
    this.launcher.setAttribute("aria-expanded", "true");
    if (byVisitor) this.conversation.setOpen(true);
    this.fit();
    this.panel.opened(focus);
    this.dispatchEvent(new CustomEvent("back-assistant-open", { bubbles: true }));
  }

  private hide(): void {
    if (!this.opened || this.settings.inline) return;
    this.panel?.closed();
    this.frame.removeAttribute("data-open");
    this.launcher.setAttribute("aria-expanded", "false");
    this.conversation.setOpen(false);
    const target = this.returnTo?.isConnected ? this.returnTo : this.launcher;
    target.focus({ preventScroll: true });
    this.dispatchEvent(new CustomEvent("back-assistant-close", { bubbles: true }));
  }

  private onKey(event: KeyboardEvent): void {
    // What is typed here is the chat's own: page shortcuts must not fire on it.
    event.stopPropagation();
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault();
      if (!this.panel?.escape()) this.hide();
    } else if (event.key === "Tab" && this.opened && this.fullScreen() && !this.settings.inline) this.panel?.trap(event);
  }

  private fullScreen(): boolean {
    return matchMedia("(max-width: 540px), (max-height: 480px)").matches;
  }

  private readonly scheme = guarded(() => {
    const choice = this.settings.theme;
    const scheme = choice === "auto" ? (this.dark.matches ? "dark" : "light") : choice;
    this.frame.dataset.theme = scheme;
    applyAccent(this.frame, this.settings.accent || getComputedStyle(this).getPropertyValue("--ba-accent"), scheme);
  });

  /** Follow the part of the screen that the keyboard leaves free. */
  private readonly fit = guarded(() => {
    const view = window.visualViewport;
    if (!view || !this.opened) return;
    const zoomed = view.scale > 1.01;
    this.frame.style.setProperty("--view-height", zoomed ? "100dvh" : `${Math.round(view.height)}px`);
    this.frame.style.setProperty("--view-top", zoomed ? "0px" : `${Math.round(view.offsetTop)}px`);
    this.panel?.element.setAttribute("aria-modal", String(this.fullScreen() && !this.settings.inline));
    this.panel?.thread.settle();
  });

  private readonly wentOnline = guarded(() => {
    this.panel?.connection();
    this.conversation.resume();
  });

  private readonly wentOffline = guarded(() => this.panel?.connection());

  private listen(on: boolean): void {
    const verb = on ? "addEventListener" : "removeEventListener";
    window[verb]("online", this.wentOnline);
    window[verb]("offline", this.wentOffline);
    window.visualViewport?.[verb]("resize", this.fit);
    window.visualViewport?.[verb]("scroll", this.fit);
    this.dark[verb]("change", this.scheme);
  }

  /** Above whatever the page stacks or transforms; the panel is no modal dialog, so the page stays usable. */
  private toTopLayer(): void {
    if (this.settings.inline || !("showPopover" in this)) return;
    try {
      this.setAttribute("popover", "manual");
      if (!this.matches(":popover-open")) this.showPopover();
    } catch (error) {
      this.removeAttribute("popover");
      report(error);
    }
  }

  private adopt(text: string): void {
    try {
      const constructed = new CSSStyleSheet();
      constructed.replaceSync(text);
      this.root.adoptedStyleSheets = [...this.root.adoptedStyleSheets, constructed];
    } catch {
      this.root.prepend(h("style", {}, text));
    }
  }
}

