/** Elements out of tags, attributes and text nodes; never out of HTML strings. */

export type Child = Node | string | null | undefined | false;
type Handler = (event: Event) => unknown;
export type Attributes = Record<string, string | number | boolean | null | undefined | Handler>;

/** Run host-facing code so that a fault of ours is a line in the console, never an error of the page. */
export function guarded<A extends unknown[]>(work: (...args: A) => unknown): (...args: A) => void {
  return (...args) => {
    try {
      const result = work(...args);
      if (result instanceof Promise) result.catch(report);
    } catch (error) {
      report(error);
    }
  };
}

export function report(error: unknown): void {
  console.warn("[back-assistant]", error);
}

function fill(element: Element, attributes: Attributes, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, guarded(value));
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? "" : `${value}`);
  }
  for (const child of children) if (child) element.append(child);
}

/** An HTML element. A function as attribute value listens to the event of that name. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  fill(element, attributes, children);
  return element;
}

/** 24 × 24 outlines, drawn for this widget. */
const ICONS = {
  chat: "M4 5.5h16v11h-9l-4.5 3.5v-3.5H4zM8 9.5h8M8 12.8h5",
  send: "M5 12h13M12.5 6l6 6-6 6",
  close: "M6 6l12 12M18 6L6 18",
  menu: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  back: "M19 12H6M11.5 6l-6 6 6 6",
  down: "M12 5v13M6 12.5l6 6 6-6",
  copy: "M9 9h10v11H9zM5.5 15V4.5h9.5",
  done: "M5 12.500l4.5 4.500L19 7.5",
  up: "M7.5 11v8.500H4V11zM7.5 11L11 4c1.8 0 2.5 1.2 2.3 2.600L12.8 10h5.400c1.2 0 1.9 1 1.6 2.100l-1.5 5.700c-.3 1-1 1.7-2.1 1.700H7.5",
  chevron: "M7 10l5 5 5-5",
  out: "M13.5 5H19v5.500M19 5l-8 8M16 13.500V19H5V8h5.5",
  phone: "M6.5 4h3l1.5 4-2 1.500a11 11 0 0 0 5.5 5.500l1.5-2 4 1.500v3c0 1.2-1 2-2 2C10.5 19 5 13.5 4.5 6c0-1 .8-2 2-2z",
  question: "M9 9.300a3 3 0 1 1 4.3 2.700c-.9.5-1.3 1-1.3 2M12 17v.01",
  person: "M12 11.500a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM5 20c.6-3.8 3.4-5.5 7-5.500s6.4 1.7 7 5.5",
  alert: "M12 7.500v5.500M12 16.500v.01M12 3l9.5 17h-19z",
  play: "M8 5.500v13l10.5-6.500z",
  pause: "M9 6v12M15 6v12",
  next: "M6 6l8 6-8 6zM18 6v12",
  previous: "M18 6l-8 6 8 6zM6 6v12",
  calendar: "M5 6.500h14V20H5zM5 10.500h14M9 4v4M15 4v4M12 13v4M10 15h4",
  sound: "M5 10v4h3l4 3.500v-11L8 10zM15.5 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11",
  book: "M12 6.500C10 5 7.5 4.5 4.5 4.500V18c3 0 5.5.5 7.5 2 2-1.5 4.5-2 7.5-2V4.500c-3 0-5.5.5-7.5 2zM12 6.500V20",
} as const;

export type IconName = keyof typeof ICONS;

export function icon(name: IconName): SVGSVGElement {
  return svg("svg", { viewBox: "0 0 24 24", class: `icon icon-${name}`, "aria-hidden": "true", focusable: "false" }, svg("path", { d: ICONS[name] }));
}

/** The mark of the assistant: the guide's own figure, in a bird dog; `scene` draws it wide, on its ground. */
export function mark(scene = false): SVGSVGElement {
  return svg(
    "svg",
    { viewBox: scene ? "-40 78 240 58" : "24 72 118 66", class: "mark", "aria-hidden": "true", focusable: "false" },
    scene && svg("path", { class: "line", d: "M-200 128.5H400" }),
    svg("path", { class: "far", d: scene ? "M77 98L52 96L27 94.5L19 92M111.8 94L112.2 110L112.5 125" : "M77 99L34 95M110 97L112 126" }),
    svg("path", { class: "near", d: "M75 99L75 124L50 124L42 125.5" }),
    svg("path", { class: "torso", d: "M109 95Q92 98 75 99" }),
    svg("path", { class: "near", d: "M109 95L125 93L140 91" }),
    svg("circle", { class: "head", cx: 121.3, cy: scene ? 90 : 86, r: scene ? 8 : 11 }),
  );
}
