import type { PairOptions } from "../pair.ts";

export default {
  streaming: [{ name: ["made/*"], committed: "on_termination" }],
  live: {
    works: false,
    reason: "the file is replaced while the stream has its first version open",
    sees: "replaced",
  },
} satisfies PairOptions;
