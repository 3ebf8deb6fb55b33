import type { PairOptions } from "../pair.ts";

/** Entries are removed again: which remain is known at the end. */
export default {
  streaming: [{
    dirname: ["made/copies"],
    committed: "on_termination",
    mode: "update",
  }],
} satisfies PairOptions;
