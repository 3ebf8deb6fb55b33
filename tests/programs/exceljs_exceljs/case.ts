import type { PairOptions } from "../pair.ts";

export default { dated: ["made/book.xlsx"] } satisfies PairOptions;
