import type { PairOptions } from "../pair.ts";

/** Keys are written again and removed: what remains is known at the end. */
export default {
  streaming: [
    { name: ["made/*"], committed: "on_termination", mode: "update" },
    {
      dirname: ["made/store", "made/tree", "made/tree/*"],
      committed: "on_termination",
      mode: "update",
    },
  ],
} satisfies PairOptions;
