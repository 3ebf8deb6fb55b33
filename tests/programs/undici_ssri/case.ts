import type { PairOptions } from "../pair.ts";

/** Opened once to be made, and once for each part; the parts come in any order. */
export default {
  streaming: [
    { name: ["made/large.bin"], committed: "on_close:5", mode: "update" },
  ],
} satisfies PairOptions;
