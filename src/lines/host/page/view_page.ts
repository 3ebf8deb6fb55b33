import { htmlDocument } from "../../../internal/mod.ts";
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
<div id="tools" role="search">
  <input id="search" type="search" placeholder="Search" aria-label="Search the lines" aria-keyshortcuts="/" autocomplete="off" spellcheck="false">
  <button id="previous" type="button" aria-label="Previous match" disabled>\u2191</button>
  <button id="next" type="button" aria-label="Next match" disabled>\u2193</button>
  <span id="matches" role="status"></span>
  <label><input id="only" type="checkbox"> Only matches</label>
  <label><input id="wrap" type="checkbox"> Wrap lines</label>
  <select id="writers" aria-label="Lines of which writer" hidden><option value="">All writers</option></select>
</div>
<main id="log" role="log" tabindex="0" aria-label="Lines">
  <div id="content"><div id="rows"></div></div>
  <p id="empty">Nothing written yet</p>
</main>
<button id="follow" type="button" hidden></button>`;
