import type { PairOptions } from "../pair.ts";

export default {
  live: {
    works: false,
    reason: "it asks for the size and reads no further",
    sees: 'a program that goes by sizes needs the mode "update" for its file',
  },
} satisfies PairOptions;
