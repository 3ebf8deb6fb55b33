import { terminalText, withShownUrls } from "../../internal/mod.ts";

/**
 * The message of an error as one line that is safe to print: no terminal obeys
 * it, and no URL in it shows a password.
 */
export function shownMessage(message: string): string {
  return terminalText(withShownUrls(message));
}

/** Adds to a message about wrong usage where to read more. */
export function withAdvice(message: string, command: string): string {
  const see = message.endsWith("?") ? " See" : ", see";
  return `${message}${see} "${command} --help"`;
}

/**
 * Formats a value as JSON on one line, with escapes for all that a terminal
 * obeys or does not show. It is the same value when it is parsed.
 */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) =>
      Array.from({ length: character.length }, (_, i) => {
        const code = character.charCodeAt(i).toString(16);
        return `\\u${code.padStart(4, "0")}`;
      }).join(""),
  );
}
