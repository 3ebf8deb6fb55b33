/**
 * A URL as an error may show it: without user, password, query and fragment,
 * which may be secrets. A text that is no URL is cut before its query.
 */
export function shownUrl(url: string | URL): string {
  // A URL of these schemes may lack the slashes.
  const whole = String(url).replace(/^\s*(https?:|wss?:)[\\/]*/i, "$1//");
  // A password that is not escaped can have any of the characters that end it.
  const start = /^([a-z][a-z\d+.-]*:)?\/\/[^]*@/i;
  const text = URL.canParse(whole) ? whole : whole.replace(start, "$1//");
  return text.replace(/[?#][^]*$/, "")
    .replace(/^([a-z][a-z\d+.-]*:)?\/\/[^/\\]*@/i, "$1//");
}

/** Returns a text in which every URL is as {@linkcode shownUrl} shows it. */
export function withShownUrls(text: string): string {
  return text.replace(
    /\b[a-z][a-z\d+.-]*:\/\/[^\s"'<>`()[\]{}]+/gi,
    (url) => shownUrl(url),
  );
}
