import { PAGE_SCRIPT } from "./page_script.ts";
import { PAGE_STYLE } from "./page_style.ts";
import { ROW_LIST_SCRIPT } from "./row_list_script.ts";

/**
 * Returns the page: one document that loads nothing but the live updates beside
 * it, and that has no content of its own. The script fills it, with texts only.
 *
 * @param headers The headers of every response.
 */
export function pageDocument(
  headers: Readonly<Record<string, string>>,
): Response {
  const nonce = crypto.randomUUID();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return new Response(documentText(nonce), {
    headers: {
      ...headers,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy.join("; "),
    },
  });
}

function documentText(nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Workflow</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${PAGE_STYLE}</style>
</head>
<body>
<header>
  <h1 id="name">Workflow</h1>
  <p id="outcome" class="running"><span id="outcome-text" role="status">Connecting</span> <span id="elapsed"></span></p>
  <p id="link" role="status">connecting</p>
  <p id="facts"></p>
</header>
<main>
  <section id="trouble" class="panel bad" aria-labelledby="trouble-title" hidden>
    <h2 id="trouble-title">What went wrong first</h2>
    <p id="trouble-text" role="alert"></p>
    <p id="trouble-time" class="faint"></p>
    <pre id="trouble-printed" role="region" tabindex="0" aria-label="What the step printed last" hidden></pre>
    <p id="trouble-lost" hidden></p>
  </section>
  <section id="warnings" class="panel careful" aria-labelledby="warnings-title" hidden>
    <h2 id="warnings-title">Read too early</h2>
    <ul id="warnings-list"></ul>
  </section>
  <section id="waits" class="panel waits" aria-labelledby="waits-title" hidden>
    <h2 id="waits-title">Who waits</h2>
    <ul id="waits-list" tabindex="0" aria-labelledby="waits-title"></ul>
  </section>
  <section aria-labelledby="steps-title">
    <div class="bar">
      <h2 id="steps-title">Steps <span id="steps-count" class="faint"></span></h2>
      <div id="steps-tools" class="tools" hidden>
        <div id="steps-chips" class="chips" role="radiogroup" aria-label="Steps to show"></div>
        <input id="steps-search" type="search" placeholder="Filter" aria-label="Filter the steps by name" autocomplete="off" spellcheck="false">
      </div>
    </div>
    <div id="steps" class="list" role="list" tabindex="0" aria-labelledby="steps-title"></div>
    <p id="steps-empty" class="empty">No step has joined yet</p>
    <div id="output" hidden>
      <h3 id="output-title"></h3>
      <p id="output-activity" class="faint"></p>
      <pre id="output-lines" role="region" tabindex="0" aria-labelledby="output-title"></pre>
    </div>
  </section>
  <section aria-labelledby="timeline-title">
    <div class="bar">
      <h2 id="timeline-title">Timeline</h2>
      <a href="timeline.svg" download>Save as SVG</a>
    </div>
    <div id="timeline" tabindex="0" role="group" aria-labelledby="timeline-title"></div>
  </section>
  <section aria-labelledby="files-title">
    <div class="bar">
      <h2 id="files-title">Files <span id="files-count" class="faint"></span></h2>
      <div id="files-tools" class="tools" hidden>
        <div id="files-chips" class="chips" role="radiogroup" aria-label="Files to show"></div>
        <input id="files-search" type="search" placeholder="Filter" aria-label="Filter the files by name or step" autocomplete="off" spellcheck="false">
      </div>
    </div>
    <div id="files" class="list" role="list" tabindex="0" aria-labelledby="files-title"></div>
    <p id="files-empty" class="empty">No files yet</p>
    <p id="files-more" class="faint" hidden></p>
  </section>
</main>
<noscript><p class="empty">This page needs JavaScript</p></noscript>
<script nonce="${nonce}">${ROW_LIST_SCRIPT}${PAGE_SCRIPT}</script>
</body>
</html>
`;
}
