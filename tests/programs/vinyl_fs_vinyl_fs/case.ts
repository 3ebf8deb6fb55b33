import type { PairOptions } from "../pair.ts";

/** Which files there will be is known when the producer has ended. */
export default {
  streaming: [{
    dirname: ["made/upper", "made/upper/*"],
    committed: "on_termination",
  }],
} satisfies PairOptions;
