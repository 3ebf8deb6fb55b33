import type { PairOptions } from "../pair.ts";

/** The library opens the file a second time for the header. */
export default {
  streaming: [{ name: ["made/sound.wav"], committed: "on_close:2" }],
  live: {
    works: false,
    reason: "the header with the length is written last",
    sees: 'a program that goes by sizes needs the mode "update" for its file',
  },
} satisfies PairOptions;
