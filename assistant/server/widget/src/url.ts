/** Which addresses may become links. Everything else stays text. */

const SCHEMES = ["http:", "https:", "tel:", "mailto:"];

/**
 * Return the absolute address, or "" where it must not become a link.
 * Relative addresses are resolved against `base`, the assistant's own address.
 */
export function safeUrl(raw: string, base: string): string {
  const value = raw.trim();
  if (!value) return "";
  try {
    const url = new URL(value, base);
    return SCHEMES.includes(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}

/** Return an address of the assistant's own server, or "" for any other: for pictures and data, which load by themselves. */
export function ownUrl(raw: string, base: string): string {
  const url = safeUrl(raw, base);
  try {
    return url && new URL(url).origin === new URL(base).origin ? url : "";
  } catch {
    return "";
  }
}
