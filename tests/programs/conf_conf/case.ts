import type { PairOptions } from "../pair.ts";

/** The file is written again and again, by the consumer for its defaults, too. */
export default {
  streaming: [
    { name: ["made/*"], committed: "on_termination", mode: "update" },
  ],
} satisfies PairOptions;
