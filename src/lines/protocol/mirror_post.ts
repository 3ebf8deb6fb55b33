import { GroupedMessage } from "../buffer/mod.ts";
import { decodeObject, describe, reasonOf } from "./json_body.ts";
import { Refusal } from "./refusal.ts";

/** A request of a mirror to its buffer. */
export type MirrorPost =
  /** Write a text: any number of lines, partial ones too. */
  | { readonly type: "str"; readonly text: string }
  /** Complete the last line and store a message. */
  | { readonly type: "message"; readonly message: GroupedMessage }
  /** Complete the last line: the writer is done. */
  | { readonly type: "close" };

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
