import type { PairOptions } from "../pair.ts";

/** Both write the counter, again and again. */
export default {
  streaming: [{ name: ["made/*"], committed: "on_termination" }],
  writers: ["producer", "consumer"],
} satisfies PairOptions;
