import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, type StreamHandlers } from "../src/api.ts";
import { Conversation } from "../src/conversation.ts";
import { translator } from "../src/labels.ts";
import * as normalise from "../src/normalise.ts";
import { normaliseSession, type Session } from "../src/session.ts";

type Call = { message: string; conversation: string | null; key: string; on: StreamHandlers };
const settle = () => new Promise((resolve) => setTimeout(resolve));
const whole = (answer: string) => normalise.reply({ conversation_id: "c1", message_id: "m1", answer });

function setUp(answers: ((call: Call) => Promise<unknown>)[], online = () => true) {
  const calls: Call[] = [];
  let stored: Session | null = null;
  const forgotten: string[] = [];
  const api = {
    stream: async (message: string, conversation: string | null, key: string, on: StreamHandlers) => {
      const call = { message, conversation, key, on };
      calls.push(call);
      const answer = answers.shift();
      if (!answer) throw new Error("no more answers");
      return (await answer(call)) as ReturnType<typeof whole>;
    },
    forget: async (id: string) => void forgotten.push(id),
  };
  const store = {
    read: () => stored,
    write: (session: Session) => void (stored = normaliseSession(JSON.parse(JSON.stringify(session)))),
    clear: () => void (stored = null),
  };
  const watcher = { turn: () => undefined, cleared: () => undefined, busy: () => undefined };
  const make = () => new Conversation(api, store, translator("en"), watcher, online);
  return { chat: make(), make, calls, forgotten, stored: () => stored };
}

test("an answer streams, and the conversation goes on under its id", async () => {
  const ok = async (call: Call) => {
    call.on.delta("Hel");
    call.on.delta("lo");
    return whole("Hello");
  };
  const { chat, calls } = setUp([ok, ok]);
  assert.ok(chat.send(" one "));
  assert.equal(chat.send("two"), false, "not while another is under way");
  await settle();
  assert.equal(chat.session.turns[0]?.state, "done");
  assert.equal(chat.session.turns[0]?.partial, "Hello");
  assert.ok(chat.send("two"));
  await settle();
  assert.deepEqual(
    calls.map(({ message, conversation }) => [message, conversation]),
    [
      ["one", null],
      ["two", "c1"],
    ],
  );
  assert.notEqual(calls[0]?.key, calls[1]?.key);
});

test("a cut stream is retried under the same key, in the same turn, from nothing", async () => {
  const cut = async (call: Call) => {
    call.on.delta("Half an ans");
    throw new ApiError(-1, "");
  };
  const { chat, calls } = setUp([cut, async () => whole("Whole")]);
  chat.send("why?");
  await settle();
  const turn = chat.session.turns[0];
  assert.ok(turn);
  assert.equal(turn.state, "failed");
  assert.equal(turn.partial, "Half an ans");
  assert.equal(calls.length, 1, "never retried by itself");
  chat.retry(turn);
  await settle();
  assert.equal(turn.state, "done");
  assert.equal(turn.partial, "Whole");
  assert.equal(chat.session.turns.length, 1);
  assert.equal(calls[0]?.key, calls[1]?.key);
});

test("offline, the question waits and goes out once", async () => {
  let online = false;
  const { chat, calls } = setUp([async () => whole("Hi")], () => online);
  assert.ok(chat.send("why?"));
  assert.equal(chat.send("again?"), false, "one waits already");
  assert.equal(chat.session.turns[0]?.state, "queued");
  chat.resume();
  assert.equal(calls.length, 0);
  online = true;
  chat.resume();
  chat.resume();
  await settle();
  assert.equal(calls.length, 1);
  assert.equal(chat.session.turns[0]?.state, "done");
});

test("a chat that the server has forgotten starts anew without troubling the visitor", async () => {
  const gone = async () => {
    throw new ApiError(404, "unknown");
  };
  const { chat, calls } = setUp([async () => whole("a"), gone, async () => whole("b")]);
  chat.send("one");
  await settle();
  chat.send("two");
  await settle();
  assert.deepEqual(
    calls.map((call) => call.conversation),
    [null, "c1", null],
  );
  assert.equal(chat.session.turns[1]?.state, "done");
});

test("what the server refuses for good cannot be retried; its sentence is shown", async () => {
  const refuse = async () => {
    throw new ApiError(422, "That is too long.");
  };
  const { chat } = setUp([refuse]);
  chat.send("x");
  await settle();
  const turn = chat.session.turns[0];
  assert.equal(turn?.problem, "That is too long.");
  assert.equal(turn?.canRetry, false);
});

test("Retry-After is obeyed", async () => {
  const busy = async () => {
    throw new ApiError(429, "", 60);
  };
  const { chat, calls } = setUp([busy]);
  chat.send("x");
  await settle();
  const turn = chat.session.turns[0];
  assert.ok(turn && turn.retryAt > Date.now() + 50_000);
  chat.retry(turn);
  await settle();
  assert.equal(calls.length, 1);
});

test("start again drops what is still arriving", async () => {
  let release: (value: unknown) => void = () => undefined;
  const { chat } = setUp([() => new Promise((resolve) => (release = resolve))]);
  chat.send("x");
  chat.restart();
  release(whole("late"));
  await settle();
  assert.equal(chat.session.turns.length, 0);
  assert.equal(chat.busy, false);
});

test("delete asks the server first", async () => {
  const { chat, forgotten } = setUp([async () => whole("a")]);
  chat.send("x");
  await settle();
  await chat.forget();
  assert.deepEqual(forgotten, ["c1"]);
  assert.equal(chat.empty, true);
  assert.equal(chat.session.conversation, null);
});

test("a reload finds the session; what was under way counts as failed and keeps its key", async () => {
  const { chat, make } = setUp([async () => whole("a"), () => new Promise(() => undefined)]);
  chat.send("one");
  await settle();
  chat.send("two");
  await settle();
  const again = make();
  assert.deepEqual(
    again.session.turns.map((turn) => [turn.text, turn.state]),
    [
      ["one", "done"],
      ["two", "failed"],
    ],
  );
  assert.equal(again.session.turns[1]?.key, chat.session.turns[1]?.key);
});

test("a tampered store does no harm", () => {
  for (const value of [null, 3, "x", [], { turns: 7 }, { turns: [null, 3, { text: 5 }, { text: "a", reply: 9, state: "done" }] }])
    assert.ok(Array.isArray(normaliseSession(value).turns));
});
