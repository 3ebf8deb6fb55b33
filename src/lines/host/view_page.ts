import { htmlDocument } from "../../internal/mod.ts";
import { VIEW_SCRIPT } from "./view_script.ts";
import { VIEW_STYLE } from "./view_style.ts";

/**
 * The page that shows the lines as they come: one document that loads nothing
 * but the live events and shows nothing but text.
 */
export function viewPage(): Response {
  return htmlDocument({
    title: "lines",
    style: VIEW_STYLE,
    body: BODY,
    script: VIEW_SCRIPT,
    frameAncestors: "'self'",
    headers: {
      "cache-control": "no-store",
      // The address may hold the token.
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  });
}

const BODY = `<header>
  <h1 id="title"></h1>
  <span id="count"></span>
  <span id="status" role="status"></span>
</header>
<main id="log" role="log" tabindex="0" aria-label="Lines">
  <div id="content"><div id="rows"></div></div>
  <p id="empty">Nothing written yet</p>
</main>
<button id="follow" type="button" hidden></button>`;
