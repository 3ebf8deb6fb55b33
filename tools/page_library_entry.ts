import { createColorPalette, parseAnsiSequences } from "ansi-sequence-parser";

const palette = createColorPalette();

Object.assign(globalThis, {
  parseAnsi: parseAnsiSequences,
  ansiColor: palette.value,
});
