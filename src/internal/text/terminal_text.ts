/** Options of {@linkcode terminalText}. */
export interface TerminalTextOptions {
  /**
   * Keeps line feeds and carriage returns, for a text of several lines.
   *
   * @default {false}
   */
  readonly breaks?: boolean;
  /**
   * Keeps colours and styles (SGR sequences), and resets them at the end of
   * each line.
   *
   * @default {false}
   */
  readonly colors?: boolean;
}

/**
 * Controls of C0 (but tab), DEL, controls of C1, and the characters that change
 * the direction of the text around them.
 */
const CONTROLS =
  // deno-lint-ignore no-control-regex
  /[\0-\x08\n-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;

/** An SGR sequence, such as the one that makes a text red, or a line break. */
// deno-lint-ignore no-control-regex
const STYLES_AND_BREAKS = /(\x1b\[[\d;:]{0,40}m)|([\r\n]+)/;

const RESET = "\x1b[0m";

/**
 * Makes a text from elsewhere safe to print: what a terminal would obey is
 * shown as an escape such as `\x1b` in place of the character. Tabs stay.
 */
export function terminalText(
  text: string,
  options: TerminalTextOptions = {},
): string {
  const { breaks = false, colors = false } = options;
  if (!breaks && !colors) return escaped(text);
  let shown = "";
  let isStyled = false;
  // Of each three parts, the second is a style and the third are breaks.
  for (const [i, part] of text.split(STYLES_AND_BREAKS).entries()) {
    if (part === undefined || part === "") continue;
    const isStyle = i % 3 === 1 && colors;
    const isBreak = i % 3 === 2 && breaks;
    if (isBreak && isStyled) shown += RESET;
    shown += isStyle || isBreak ? part : escaped(part);
    isStyled = isStyle || isStyled && !isBreak;
  }
  return isStyled ? shown + RESET : shown;
}

function escaped(text: string): string {
  return text.replace(CONTROLS, (control) => {
    const code = control.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, "0")}`;
  });
}
