import type { PairOptions } from "../pair.ts";

export default {
  live: {
    works: false,
    reason: "it announces the size of the file before it sends it",
    sees: 'a program that goes by sizes needs the mode "update" for its file',
  },
} satisfies PairOptions;
