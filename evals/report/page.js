"use strict";
(async () => {
  const PAGE = 100;
  const form = document.getElementById("filters");
  const list = document.getElementById("list");
  const count = document.getElementById("count");
  const more = document.getElementById("more");
  const bytes = Uint8Array.from(atob(document.getElementById("data").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const { cases, texts, compared } = JSON.parse(await new Response(stream).text());
  let found = [];
  let shown = 0;

  function add(parent, tag, text, className) {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (className) node.className = className;
    parent.append(node);
    return node;
  }

  for (const name of ["suite", "voice"]) {
    const values = [...new Set(cases.map((one) => one[name]).filter(Boolean))];
    for (const value of values) add(form.elements[name], "option", value).value = value;
  }
  if (!compared) form.elements.changed.disabled = true;
  for (const one of cases) {
    const parts = [one.id, one.note, one.voice, one.lang, ...one.why];
    for (const turn of one.turns) parts.push(turn.said, turn.got ? turn.got.answer : "");
    for (const turn of one.turns) for (const c of turn.got ? turn.got.citations : []) parts.push(c[0]);
    for (const passage of one.passages) parts.push(passage[0]);
    one.haystack = parts.join("\n").toLowerCase();
  }

  function body(details, one) {
    const box = add(details, "div", undefined, "body");
    add(box, "p", `Why this case: ${one.note} (${[one.suite, one.split, one.voice, one.lang].filter(Boolean).join(", ")}; ${one.ms} ms)`, "note");
    if (one.change) add(box, "p", `Changed since the other run: ${one.change}. ${one.was.join("; ")}`, "note");
    for (const turn of one.turns) {
      add(box, "p", turn.said, "said");
      if (turn.got) {
        add(box, "p", `level ${turn.got.level}, topic ${turn.got.topic}` + (turn.got.reasons.length ? `; ${turn.got.reasons.join("; ")}` : ""), "note");
        add(box, "div", turn.got.answer, "answer");
        if (turn.got.exercises.length) add(box, "p", `cards: ${turn.got.exercises.join(", ")}`, "note");
        for (const [section, quote] of turn.got.citations) {
          add(box, "p", `cites ${section}`, "note");
          add(box, "blockquote", texts[quote]);
        }
      }
      const checks = add(box, "ul");
      for (const [name, ok, expected, got] of turn.checks) {
        add(checks, "li", `${ok ? "✓" : "✗"} ${name}: expected ${expected}` + (ok ? "" : `; got ${got}`), ok ? "ok" : "bad");
      }
    }
    // Reasons that belong to the whole conversation; the others stand at their turn.
    for (const reason of one.why.filter((reason) => reason.startsWith("repeated"))) add(box, "p", reason, "bad");
    if (one.passages.length) {
      add(box, "p", "Retrieved passages:");
      const passages = add(box, "ul");
      for (const [name, score, text, wanted] of one.passages) {
        const item = add(passages, "li", `${score.toFixed(3)}  ${name}${wanted ? " (wanted)" : ""}`, wanted ? "wanted" : "");
        add(item, "blockquote", texts[text]);
      }
    }
  }

  function show() {
    for (const one of found.slice(shown, shown + PAGE)) {
      const details = add(list, "details", undefined, one.ok ? "passed" : "failed");
      details.id = `case-${one.id}`;
      const summary = add(details, "summary");
      add(summary, "span", one.ok ? "passed" : "failed", "state");
      if (one.change) add(summary, "span", one.change, "state");
      add(summary, "span", one.id, "id");
      add(summary, "span", one.turns.map((turn) => turn.said).join(" ⏎ ").slice(0, 240));
      details.addEventListener("toggle", () => { if (details.open && details.childElementCount === 1) body(details, one); });
    }
    shown = Math.min(shown + PAGE, found.length);
    more.hidden = shown >= found.length;
    count.textContent = `${found.length} of ${cases.length} cases` + (shown < found.length ? `, ${shown} shown` : "");
  }

  function filter() {
    const value = (name) => form.elements[name].value;
    const words = value("find").toLowerCase().split(/\s+/).filter(Boolean);
    found = cases.filter((one) =>
      (!value("suite") || one.suite === value("suite")) &&
      (!value("split") || one.split === value("split")) &&
      (!value("voice") || one.voice === value("voice")) &&
      (!form.elements.failed.checked || !one.ok) &&
      (!form.elements.changed.checked || one.change) &&
      words.every((word) => one.haystack.includes(word)));
    list.replaceChildren();
    shown = 0;
    show();
  }

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", show);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input[type=search], select");
    if (event.key === "Escape" && typing) { event.target.blur(); return; }
    if (typing) return;
    const toggle = { f: "failed", c: "changed" }[event.key];
    if (toggle && !form.elements[toggle].disabled) {
      form.elements[toggle].checked = !form.elements[toggle].checked;
      filter();
    } else if (event.key === "/") {
      form.elements.find.focus();
    } else if (event.key === "j" || event.key === "k") {
      const summaries = [...list.querySelectorAll("summary")];
      const at = summaries.indexOf(document.activeElement);
      const next = summaries[at < 0 ? 0 : at + (event.key === "j" ? 1 : -1)];
      if (next) next.focus();
    } else return;
    event.preventDefault();
  });
  filter();
})();
