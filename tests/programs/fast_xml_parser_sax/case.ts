import type { PairOptions } from "../pair.ts";

/** Every append opens and closes the file. */
export default {
  streaming: [{ name: ["made/feed.xml"], committed: "on_termination" }],
} satisfies PairOptions;
