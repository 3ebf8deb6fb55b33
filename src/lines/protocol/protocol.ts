import { GroupedMessage, type LineItem } from "../buffer/mod.ts";

/** Tells the mirrors of a host apart, so that each has a last line of its own. */
export const MIRROR_HEADER = "sluice-mirror";

/** Number of a mirror's post: a host stores each number once. */
export const POST_HEADER = "sluice-post";

/** With every reply of our host: whether it asks the mirrors to stop. */
export const CLOSED_HEADER = "sluice-closed";

/** What the mirrors of syncstream call themselves. */
const SYNCSTREAM_AGENT = "cainmagi/syncstream";

/** What a mirror asks of its buffer. */
export type MirrorPost =
  /** Write a text: any number of lines, partial ones too. */
  | { readonly type: "str"; readonly text: string }
  /** Complete the last line and store a message. */
  | { readonly type: "message"; readonly message: GroupedMessage }
  /** Complete the last line: the writer is done. */
  | { readonly type: "close" };

/** A request that the host refuses, as an HTTP reply. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** The body of a post. */
export function encodePost(post: MirrorPost): string {
  switch (post.type) {
    case "str":
      return JSON.stringify({ type: "str", data: { value: post.text } });
    case "message":
      // Hosts know two types of messages; a text that is grouped is neither.
      return JSON.stringify({
        type: post.message.type === "error" ? "error" : "warning",
        data: post.message.serialize(),
      });
    case "close":
      return JSON.stringify({ type: "close" });
  }
}

/**
 * Reads the body of a post.
 *
 * @throws {Refusal} With status 400 if it is not one.
 */
export function decodePost(text: string): MirrorPost {
  const body = decodeObject(text);
  switch (body.type) {
    case "str":
      return { type: "str", text: decodeText(body.data) };
    case "error":
    case "warning":
      return { type: "message", message: decodeMessage(body.data) };
    case "close":
      return { type: "close" };
    default:
      throw new Refusal(
        400,
        'The "type" must be "str", "warning", "error" or "close", ' +
          `found ${describe(body.type)}`,
      );
  }
}

/** Who posts, and which of its posts it is. */
export interface PostSender {
  /** Empty for mirrors that do not say who they are: they share a last line. */
  readonly mirror: string;
  readonly number: number | undefined;
}

/**
 * Reads the headers of a post.
 *
 * @throws {Refusal} With status 400 if one of ours is not as it must be.
 */
export function decodeSender(headers: Headers): PostSender {
  const mirror = headers.get(MIRROR_HEADER) ?? "";
  const number = headers.get(POST_HEADER);
  if (mirror.length > 100) {
    throw new Refusal(400, `The header "${MIRROR_HEADER}" is too long`);
  }
  if (number === null || mirror === "") return { mirror, number: undefined };
  if (!/^\d{1,15}$/.test(number)) {
    throw new Refusal(
      400,
      `The header "${POST_HEADER}" must be a number, found "${number}"`,
    );
  }
  return { mirror, number: Number(number) };
}

/**
 * Whether a mirror of syncstream sends the request. It asks for the state
 * before each write. So what it posts to a host that asks it to stop are the
 * line it had begun and the `StopIteration` that ends it; if they were refused,
 * the refusal would take the place of that error in its program.
 */
export function asksBeforeWriting(headers: Headers): boolean {
  return headers.get("user-agent") === SYNCSTREAM_AGENT;
}

/**
 * Reads the body of a change of state: whether the mirrors should stop.
 *
 * @throws {Refusal} With status 400 if it is not one.
 */
export function decodeStateChange(text: string): { closed: boolean } {
  const { state, value } = decodeObject(text);
  if (state !== "closed") {
    throw new Refusal(
      400,
      `The "state" must be "closed", found ${describe(state)}`,
    );
  }
  if (typeof value !== "string") {
    throw new Refusal(
      400,
      `The "value" must be a string, found ${describe(value)}`,
    );
  }
  return { closed: value.trim().toLowerCase() === "true" };
}

/**
 * Reads the query of a reading request: how many items, if not all.
 *
 * @throws {Refusal} With status 400 if it is not an integer.
 */
export function decodeCount(query: URLSearchParams): number | undefined {
  const n = query.get("n");
  if (n === null) return undefined;
  if (!/^[+-]?\d+$/.test(n)) {
    throw new Refusal(400, `The query "n" must be an integer, found "${n}"`);
  }
  // More than there can be is all there is.
  return Math.min(Math.max(-1, Number(n)), Number.MAX_SAFE_INTEGER);
}

/** The body of a reply to a reading request. */
export function encodeItems(items: readonly LineItem[]): string {
  return JSON.stringify({ message: "success", data: items });
}

function decodeObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, `The body is not JSON: ${reasonOf(error)}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new Refusal(
    400,
    `The body must be an object, found ${describe(value)}`,
  );
}

function decodeText(data: unknown): string {
  const value = typeof data === "object" && data !== null && "value" in data
    ? data.value
    : undefined;
  if (typeof value === "string") return value;
  throw new Refusal(
    400,
    `The "data" must be {"value": "TEXT"}, found ${describe(data)}`,
  );
}

function decodeMessage(data: unknown): GroupedMessage {
  try {
    return GroupedMessage.deserialize(data);
  } catch (error) {
    throw new Refusal(400, `Wrong "data": ${reasonOf(error)}`);
  }
}

function describe(value: unknown): string {
  const json = JSON.stringify(value) ?? "nothing";
  return json.length <= 80 ? json : `${json.slice(0, 80)}...`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
