import { VIEW_SCRIPT } from "./view_script.ts";
import { VIEW_STYLE } from "./view_style.ts";

/**
 * The page that shows the lines as they come: one document that loads nothing
 * but the live events and shows nothing but text.
 */
export function viewPage(): Response {
  const nonce = crypto.randomUUID();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ];
  return new Response(pageText(nonce), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": policy.join("; "),
      // The address may hold the token.
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  });
}

function pageText(nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>lines</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${VIEW_STYLE}</style>
</head>
<body>
<header>
  <h1 id="title"></h1>
  <span id="count"></span>
  <span id="status" role="status"></span>
</header>
<main id="log" role="log" tabindex="0" aria-label="Lines">
  <div id="content"><div id="rows"></div></div>
  <p id="empty">Nothing written yet</p>
</main>
<button id="follow" type="button" hidden></button>
<script nonce="${nonce}">${VIEW_SCRIPT}</script>
</body>
</html>
`;
}
