/**
 * A URL as an error may show it: without user, password, query and fragment,
 * which may be secrets. A text that is no URL is cut before its query.
 */
export function shownUrl(url: string | URL): string {
  const text = String(url).replace(/[?#][^]*$/, "");
  return text.replace(/^([a-z][a-z\d+.-]*:)?\/\/[^/\\]*@/i, "$1//");
}
