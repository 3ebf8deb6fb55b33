import type { PairOptions } from "../pair.ts";

/** Which pages there will be is known when the producer has ended. */
export default {
  streaming: [{
    dirname: ["made/site", "made/site/*"],
    committed: "on_termination",
  }],
} satisfies PairOptions;
