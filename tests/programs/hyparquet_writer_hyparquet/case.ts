import type { PairOptions } from "../pair.ts";

/** Every append opens and closes the file. */
export default {
  streaming: [{ name: ["made/table.parquet"], committed: "on_termination" }],
  live: {
    works: false,
    reason: "it asks for the size and looks for the directory at the end",
    sees: 'a program that goes by sizes needs the mode "update" for its file',
  },
} satisfies PairOptions;
