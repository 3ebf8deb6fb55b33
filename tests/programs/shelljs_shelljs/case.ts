import type { PairOptions } from "../pair.ts";

/** Files are edited and moved: what remains is known at the end. */
export default {
  streaming: [
    { name: ["made/*"], committed: "on_termination", mode: "update" },
    {
      dirname: ["made", "made/a", "made/copy", "made/copy/b"],
      committed: "on_termination",
      mode: "update",
    },
  ],
} satisfies PairOptions;
