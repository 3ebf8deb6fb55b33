import type { PairOptions } from "../pair.ts";

/** The file is written twenty times, and the last time counts. */
export default {
  streaming: [{ name: ["made/*"], committed: "on_termination" }],
} satisfies PairOptions;
