/** The assistant's HTTP interface. No cookies, no credentials. */

import * as normalise from "./normalise.ts";
import { readEvents } from "./sse.ts";
import type { ClinicConfig, Referral, Reply } from "./types.ts";

/** Milliseconds without a byte after which a stream counts as lost. */
export const QUIET_MS = 45_000;

export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 where no answer came, -1 where the answer broke off. */
    readonly status: number,
    /** The server's sentence for the person, or "". */
    readonly sentence: string,
    /** Seconds to wait, from Retry-After. */
    readonly after = 0,
  ) {
    super(sentence || `status ${status}`);
  }
}

export interface StreamHandlers {
  referral(referral: Referral): void;
  delta(text: string): void;
}

export interface CallbackRequest {
  name: string;
  contact: string;
  topic: string;
  message?: string;
  preferred_time?: string;
  consent: true;
  conversation_id?: string;
  website: string;
}

export class Api {
  constructor(
    readonly base: string,
    private readonly fetcher: typeof fetch = (input, init) => fetch(input, init),
  ) {}

  async config(language: string): Promise<ClinicConfig> {
    const response = await this.request(`/api/config?lang=${language}`, { method: "GET" });
    return normalise.clinicConfig(await response.json());
  }

  /** Send one message and follow its answer; resolves with the whole reply. */
  async stream(message: string, conversation: string | null, key: string, on: StreamHandlers): Promise<Reply> {
    const body = JSON.stringify(conversation ? { message, conversation_id: conversation } : { message });
    const response = await this.request("/api/chat/stream", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream", "Idempotency-Key": key },
      body,
    });
    let reply: Reply | null = null;
    let failure: ApiError | null = null;
    try {
      await readEvents(
        response,
        ({ event, data }) => {
          const value = parsed(data);
          if (event === "referral") on.referral(normalise.referral(value));
          else if (event === "delta") on.delta(String((value as { text?: unknown } | null)?.text ?? ""));
          else if (event === "done") reply = normalise.reply(value);
          else if (event === "error") failure = new ApiError(-1, normalise.errorMessage(value) ?? "");
        },
        QUIET_MS,
      );
    } catch {
      if (!reply) throw failure ?? new ApiError(-1, "");
    }
    if (failure) throw failure;
    if (!reply) throw new ApiError(-1, "");
    return reply;
  }

  async feedback(messageId: string, helpful: boolean, comment?: string): Promise<void> {
    const body = JSON.stringify({ message_id: messageId, helpful, ...(comment ? { comment } : {}) });
    await this.request("/api/feedback", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  }

  async forget(conversation: string): Promise<void> {
    try {
      await this.request(`/api/conversations/${encodeURIComponent(conversation)}`, { method: "DELETE" });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    }
  }

  /** The signed token that the call-back form carries, or "" where the server asks for none. */
  async formToken(): Promise<string> {
    try {
      const response = await this.request("/api/forms/token", { method: "GET" });
      const value = (await response.json()) as { token?: unknown } | null;
      return typeof value?.token === "string" ? value.token : "";
    } catch {
      return "";
    }
  }

  async callback(request: CallbackRequest, key: string, token: string): Promise<void> {
    const headers: Record<string, string> = { "Content-Type": "application/json", "Idempotency-Key": key };
    if (token) headers["X-Form-Token"] = token;
    const response = await this.request("/api/callbacks", { method: "POST", headers, body: JSON.stringify(request) });
    if (response.status !== 201 && response.status !== 200) throw new ApiError(response.status, "");
  }

  /** Say whether the server answers at all, whoever asks: then a failure means that this site is not allowed. */
  async alive(): Promise<boolean> {
    try {
      await this.fetcher(`${this.base}/healthz`, { mode: "no-cors", credentials: "omit", cache: "no-store" });
      return true;
    } catch {
      return false;
    }
  }

  private async request(path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await this.fetcher(this.base + path, { credentials: "omit", referrerPolicy: "origin", ...init });
    } catch {
      throw new ApiError(0, "");
    }
    if (response.ok) return response;
    const value = parsed(await response.text().catch(() => ""));
    throw new ApiError(response.status, normalise.errorMessage(value) ?? "", Number(response.headers.get("Retry-After")) || 0);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
