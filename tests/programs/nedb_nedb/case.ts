import type { PairOptions } from "../pair.ts";

/**
 * The producer opens and closes the file for each change, and replaces it: the
 * first version is empty, and a reader who has that open sees no other.
 */
export default {
  streaming: [
    { name: ["made/*"], committed: "on_termination", mode: "update" },
  ],
} satisfies PairOptions;
