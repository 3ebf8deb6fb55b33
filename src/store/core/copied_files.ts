import { Slots } from "./slots.ts";

/** Most files that are copied into stores, or from them, at the same time. */
const MOST_FILES = 48;

/** Turns for the files of `fromFile` and `toFile`, which are open for long. */
export const copiedFiles: Slots = new Slots(MOST_FILES);
