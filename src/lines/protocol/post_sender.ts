import { Refusal } from "./refusal.ts";

/** Tells the mirrors of a host apart, so that each has a last line of its own. */
export const MIRROR_HEADER = "sluice-mirror";

/** Number of a mirror's post: a host stores each number once. */
export const POST_HEADER = "sluice-post";

/** The `User-Agent` of the mirrors of syncstream. */
const SYNCSTREAM_AGENT = "cainmagi/syncstream";

/** The mirror that posts, and the number of its post. */
export interface PostSender {
  /** Empty for mirrors without a name, which share one last line. */
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
 * Returns whether a mirror of syncstream sends the request.
 *
 * Such a mirror asks for the state before each write. To a host that asks it to
 * stop it posts only the line that it had begun and the `StopIteration` that
 * ends it. If the host refused them, the refusal would take the place of the
 * `StopIteration` in its program.
 */
export function asksBeforeWriting(headers: Headers): boolean {
  return headers.get("user-agent") === SYNCSTREAM_AGENT;
}
