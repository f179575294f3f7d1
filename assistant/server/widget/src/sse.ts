/** Server-sent events out of a fetch body. */

export interface ServerEvent {
  event: string;
  data: string;
}

/** Incremental parser of `text/event-stream`: feed it text in any cut, get whole events. */
export class EventParser {
  private rest = "";
  private event = "";
  private data: string[] = [];

  push(chunk: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    this.rest += chunk;
    for (;;) {
      const match = /\r\n|\n|\r(?!$)/.exec(this.rest);
      if (!match) return events;
      const line = this.rest.slice(0, match.index);
      this.rest = this.rest.slice(match.index + match[0].length);
      if (line === "") {
        if (this.data.length) events.push({ event: this.event || "message", data: this.data.join("\n") });
        this.event = "";
        this.data = [];
      } else if (!line.startsWith(":")) {
        const colon = line.indexOf(":");
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (field === "event") this.event = value;
        else if (field === "data") this.data.push(value);
      }
    }
  }
}

/** Read the body and hand over each event; a silence of `quiet` milliseconds ends in an error. */
export async function readEvents(response: Response, onEvent: (event: ServerEvent) => void, quiet: number): Promise<void> {
  const parser = new EventParser();
  if (!response.body) {
    for (const event of parser.push(await response.text())) onEvent(event);
    return;
  }
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("silence")), quiet);
    });
    try {
      const { done, value } = await Promise.race([reader.read(), silence]);
      if (done) return;
      for (const event of parser.push(decoder.decode(value, { stream: true }))) onEvent(event);
    } catch (error) {
      reader.cancel().catch(() => undefined);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
