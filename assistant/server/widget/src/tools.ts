/** Under an answer: copy, helpful or not, and a comment. */

import { guarded, h, icon } from "./dom.ts";
import { plainText } from "./markdown.ts";
import type { Turn } from "./session.ts";
import type { ThreadParts } from "./thread.ts";
import type { Reply } from "./types.ts";

export function tools(turn: Turn, reply: Reply, { t, api, announcer, conversation }: ThreadParts): HTMLElement {
  const comment = h("div", { class: "comment" });
  const copy = h("button", { type: "button", class: "tool", "aria-label": t("copy"), title: t("copy") }, icon("copy"));
  copy.addEventListener(
    "click",
    guarded(async () => {
      const ok = await toClipboard(plainText(reply.answer), copy);
      announcer.say(t(ok ? "copied" : "copyFailed"));
      copy.replaceChildren(icon(ok ? "done" : "close"));
      setTimeout(() => copy.replaceChildren(icon("copy")), 2000);
    }),
  );

  const vote = (helpful: boolean) => {
    const label = t(helpful ? "helpful" : "unhelpful");
    const button = h("button", { type: "button", class: `tool ${helpful ? "" : "down"}`, "aria-label": label, title: label, "aria-pressed": String(turn.vote === helpful) }, icon("up"));
    button.addEventListener(
      "click",
      guarded(async () => {
        const before = turn.vote;
        show(helpful);
        try {
          await api.feedback(reply.message_id, helpful);
          conversation.vote(turn, helpful);
          askComment(helpful);
        } catch {
          show(before);
          say(t("feedbackFailed"));
        }
      }),
    );
    return button;
  };
  const yes = vote(true);
  const no = vote(false);
  const show = (value: boolean | null) => {
    yes.setAttribute("aria-pressed", String(value === true));
    no.setAttribute("aria-pressed", String(value === false));
  };
  const say = (text: string) => {
    comment.replaceChildren(h("p", {}, text));
    announcer.say(text);
  };
  const askComment = (helpful: boolean) => {
    const field = h("textarea", { rows: 2, maxlength: 1000, dir: "auto", "aria-label": t("feedbackAsk") });
    const failed = h("p", { class: "field-error", role: "alert" });
    const send = h("button", { type: "button", class: "button" }, t("feedbackSend"));
    send.addEventListener(
      "click",
      guarded(async () => {
        if (!field.value.trim()) return field.focus();
        try {
          await api.feedback(reply.message_id, helpful, field.value.trim());
          say(t("feedbackDone"));
          (helpful ? yes : no).focus();
        } catch {
          failed.textContent = t("feedbackFailed");
        }
        return undefined;
      }),
    );
    comment.replaceChildren(h("p", {}, t("feedbackAsk")), field, failed, send);
    announcer.say(t("feedbackAsk"));
  };
  // A reply without an id cannot be voted on.
  return h("div", { class: "tools" }, h("div", { class: "tool-row" }, copy, reply.message_id ? yes : null, reply.message_id ? no : null), comment);
}

async function toClipboard(text: string, near: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No permission, or no secure page: the old way, out of sight.
    const area = h("textarea", { class: "sr", readonly: true, tabindex: "-1", "aria-hidden": "true" });
    area.value = text;
    near.after(area);
    area.select();
    let ok = false;
    try {
      ok = document.execCommand("copy");
    } catch {
      ok = false;
    }
    area.remove();
    near.focus();
    return ok;
  }
}
