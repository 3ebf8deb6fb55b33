import type { PairOptions } from "../pair.ts";

export default {
  live: {
    works: false,
    reason: "it asks for the size and looks for the directory at the end",
    sees: "End of central directory record signature not found",
  },
} satisfies PairOptions;
