/** What the call-back form accepts; the server decides in the end. */

const EMAIL = /^[^\s@<>"]{1,64}@[^\s@<>".]+(?:\.[^\s@<>".]+)+$/;

export const validName = (value: string): boolean => /\p{L}/u.test(value) && value.trim().length <= 120;

/** A phone number of 6 to 15 digits (E.164 ends at 15), or an e-mail address. */
export function validContact(value: string): boolean {
  const text = value.trim();
  if (text.includes("@")) return text.length <= 254 && EMAIL.test(text);
  const digits = text.replace(/\D/g, "").length;
  return /^\+?[\d\s()./-]{6,25}$/.test(text) && digits >= 6 && digits <= 15;
}
