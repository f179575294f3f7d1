/** Keeps any clinic colour readable: WCAG 2 contrast, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */

export type Rgb = readonly [number, number, number];

/** Parse `#rgb`, `#rrggbb` or `rgb(r, g, b)`; null for anything else. */
export function parseColour(value: string): Rgb | null {
  const text = value.trim();
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1];
  if (hex) {
    const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
    return [0, 2, 4].map((at) => parseInt(full.slice(at, at + 2), 16)) as unknown as Rgb;
  }
  const rgb = /^rgb\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*\)$/i.exec(text);
  return rgb ? (rgb.slice(1, 4).map((part) => Math.min(255, Number(part))) as unknown as Rgb) : null;
}

export function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

export const css = (colour: Rgb): string => `rgb(${colour.join(" ")})`;

const mix = (a: Rgb, b: Rgb, share: number): Rgb =>
  a.map((part, index) => Math.round(part + ((b[index] as number) - part) * share)) as unknown as Rgb;

/** Move `colour` towards black or white until it reaches `ratio` on `ground`. */
export function readable(colour: Rgb, ground: Rgb, ratio: number): Rgb {
  const goal: Rgb = luminance(ground) > 0.18 ? [0, 0, 0] : [255, 255, 255];
  for (let step = 0; step <= 20; step += 1) {
    const tried = mix(colour, goal, step / 20);
    if (contrast(tried, ground) >= ratio) return tried;
  }
  return goal;
}

/** Black-ish or white, whichever reads better on `ground`. */
export const textOn = (ground: Rgb): Rgb => (contrast([255, 255, 255], ground) >= 4.5 ? [255, 255, 255] : [11, 27, 33]);
