/** From one script line to the element on the page, whatever the site does to scripts. */

import { apiOf, attributesOf, type Raw } from "./config.ts";
import { guarded, report } from "./dom.ts";
import { BackAssistant, setScriptDefaults, TAG } from "./element.ts";

/** Re-attachments within ten seconds after which a page that keeps removing the element is left alone. */
const MAX_REATTACH = 25;

/** The script's own element: known while it runs, else found by its attributes or its name. */
function ownScript(): HTMLScriptElement | null {
  const current = document.currentScript;
  if (current instanceof HTMLScriptElement && (current.hasAttribute("data-api") || current.src)) {
    if (current.hasAttribute("data-api") || /widget[\w.-]*\.js/.test(current.src)) return current;
  }
  return (
    document.querySelector<HTMLScriptElement>('script[data-api][src*="widget"],script[src*="/widget.js"]') ??
    document.querySelector<HTMLScriptElement>("script[data-api]") ??
    (current instanceof HTMLScriptElement ? current : null)
  );
}

export function boot(): void {
  if (customElements.get(TAG)) return;
  const script = ownScript();
  const raw: Raw = script ? attributesOf(script, true) : {};
  const api = raw.api || (script?.src ? apiOf(script.src) : "");
  if (api) raw.api = api;
  else if (!document.querySelector(`${TAG}[api],${TAG}[data-api]`)) {
    report('The assistant\'s address is not known on this page; add data-api="https://…" to the script line.');
    return;
  }
  setScriptDefaults(raw);
  customElements.define(TAG, BackAssistant);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", guarded(() => place()), { once: true });
  else place();
}

/** Put the floating element on the page, unless the page holds one of its own. */
function place(): void {
  if (document.querySelector(TAG)) return;
  const element = document.createElement(TAG);
  document.body.append(element);
  keepOnPage(element);
}

/** Single-page apps swap the body or empty it: go back to where the page is now, state and all. */
function keepOnPage(element: HTMLElement): void {
  let times: number[] = [];
  const observer = new MutationObserver(
    guarded(() => {
      watch();
      if (element.isConnected || !document.body) return;
      const now = Date.now();
      times = times.filter((time) => now - time < 10_000);
      if (document.querySelector(TAG) || times.push(now) > MAX_REATTACH) return;
      document.body.append(element);
    }),
  );
  let watched: HTMLElement | null = null;
  const watch = () => {
    if (document.body === watched || !document.body) return;
    observer.disconnect();
    watched = document.body;
    observer.observe(document.documentElement, { childList: true });
    observer.observe(watched, { childList: true });
  };
  watch();
}
