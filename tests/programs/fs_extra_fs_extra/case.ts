import type { PairOptions } from "../pair.ts";

/** Entries are moved and removed: which remain is known at the end. */
export default {
  streaming: [{
    dirname: ["made/tree"],
    committed: "on_termination",
    mode: "update",
  }],
} satisfies PairOptions;
