import { GroupedMessage } from "../buffer/mod.ts";

/** The message that a mirror sends of an error, a text or a message. */
export function messageOf(
  source: Error | string | GroupedMessage,
  type: "error" | "warning",
): GroupedMessage {
  return source instanceof GroupedMessage
    ? source
    : new GroupedMessage(source, type);
}
