/**
 * The same text. One that was cut out of a larger text keeps all of that in
 * memory; one that is joined and cut again keeps only itself.
 */
export function ownText(text: string): string {
  return (" " + text).slice(1);
}
