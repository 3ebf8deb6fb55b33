import type { PairOptions } from "../pair.ts";

/** Index and references are replaced; the index holds times and inodes. */
export default {
  dated: ["made/repo/.git/index"],
  streaming: [{
    name: ["made/*"],
    committed: "on_termination",
    mode: "update",
  }],
} satisfies PairOptions;
