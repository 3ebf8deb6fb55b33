import type { PairOptions } from "../pair.ts";

/** Files are renamed: which there are is known when the logger has ended. */
export default {
  streaming: [{
    dirname: ["made"],
    committed: "on_termination",
    mode: "update",
  }],
} satisfies PairOptions;
