import type { PairOptions } from "../pair.ts";

export default {
  // The consumer looks at the lock, too, which is removed after the document.
  streaming: [{ name: ["made/report.json"], committed: "on_termination" }],
} satisfies PairOptions;
