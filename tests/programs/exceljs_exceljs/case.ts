import type { PairOptions } from "../pair.ts";

export default {
  dated: ["made/book.xlsx"],
  // Seen with six busy loops beside it, without sluice too.
  onlyLong: "Deno sometimes hangs in loading its modules on a busy machine",
} satisfies PairOptions;
