/** Cuts growing Markdown into whole sentences for the live region. */

const ABBREVIATIONS = /(?:\b(?:e\.g|i\.e|etc|vs|approx|Dr|Mr|Mrs|Ms|St|No|Nr|bzw|z\.\s?B|p\. ?ej)|\b[A-Za-z]|(?:^|\s)\d{1,3})\.$/;

/** Take the marks out of one piece of Markdown. */
export function speakable(piece: string): string {
  return piece
    .replace(/^\s*[|:\s-]+$/gm, "")
    .replace(/^\s{0,3}(#{1,6}|>|[-*+•])\s+/gm, "")
    .replace(/\[(\d{1,3}(\s*,\s*\d{1,3})*)\](?!\()/g, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/\*\*|__|[*`]/g, "")
    .replace(/\s*\|\s*/g, ", ")
    .replace(/\s+([.,;:!?])/g, "$1")
    .replace(/\s+/g, " ")
    .replace(/^[,\s]+|[,\s]+$/g, "");
}

export class SentenceFeed {
  private said = 0;

  /**
   * Return the sentences of `source` that are whole and were not returned before.
   * `source` is all the text so far; `finished` returns the rest too.
   */
  take(source: string, finished = false): string[] {
    const out: string[] = [];
    const boundary = /[.!?…][)"'”’\]*_]*(?:\s*\[\d[\d,\s]*\])*(?=\s)|\n+/g;
    boundary.lastIndex = this.said;
    let match: RegExpExecArray | null;
    while ((match = boundary.exec(source))) {
      const end = match.index + match[0].length;
      const piece = source.slice(this.said, end);
      if (ABBREVIATIONS.test(piece.trimEnd()) && !piece.endsWith("\n")) continue;
      const words = speakable(piece);
      this.said = end;
      if (words) out.push(words);
    }
    if (finished) {
      const rest = speakable(source.slice(this.said));
      this.said = source.length;
      if (rest) out.push(rest);
    }
    return out;
  }
}
