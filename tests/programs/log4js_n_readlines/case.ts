import type { PairOptions } from "../pair.ts";

/**
 * The synchronous appender opens and closes the file for every line, the other
 * one looks first whether it can write there.
 */
export default {
  streaming: [{ name: ["made/*"], committed: "on_termination" }],
} satisfies PairOptions;
