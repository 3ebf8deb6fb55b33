import type { PairOptions } from "../pair.ts";

/** An entry is renamed: which remain is known at the end. */
export default {
  streaming: [{
    dirname: ["made/many", "made/many/*"],
    committed: "on_termination",
    mode: "update",
  }],
} satisfies PairOptions;
