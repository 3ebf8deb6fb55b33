import { htmlDocument } from "../../internal/mod.ts";
import { PAGE_STYLE } from "./page_style.ts";
import { PAGE_SCRIPT } from "./script/mod.ts";

/**
 * Returns the page: one document that loads nothing but the live updates beside
 * it, and that has no content of its own. The script fills it, with texts only.
 *
 * @param headers The headers of every response.
 */
export function pageDocument(
  headers: Readonly<Record<string, string>>,
): Response {
  return htmlDocument({
    title: "Workflow",
    style: PAGE_STYLE,
    body: BODY,
    script: PAGE_SCRIPT,
    frameAncestors: "'none'",
    headers,
  });
}

const BODY = `<header>
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
  <section id="machines" class="panel" aria-labelledby="machines-title" hidden>
    <h2 id="machines-title">Machines</h2>
    <ul id="machines-list"></ul>
  </section>
  <section id="waits" class="panel waits" aria-labelledby="waits-title" hidden>
    <h2 id="waits-title">Who waits</h2>
    <ul id="waits-list" tabindex="0" aria-labelledby="waits-title"></ul>
  </section>
${
  listSection({
    name: "steps",
    title: "Steps",
    filter: "Filter the steps by name",
    empty: "No step has joined yet",
    below: `    <div id="output" hidden>
      <h3 id="output-title"></h3>
      <p id="output-activity" class="faint"></p>
      <pre id="output-lines" role="region" tabindex="0" aria-labelledby="output-title"></pre>
    </div>`,
  })
}
  <section aria-labelledby="timeline-title">
    <div class="bar">
      <h2 id="timeline-title">Timeline</h2>
      <a href="timeline.svg" download>Save as SVG</a>
    </div>
    <div id="timeline" tabindex="0" role="group" aria-labelledby="timeline-title"></div>
  </section>
${
  listSection({
    name: "files",
    title: "Files",
    filter: "Filter the files by name or step",
    empty: "No files yet",
    below: `    <p id="files-more" class="faint" hidden></p>`,
  })
}
</main>
<noscript><p class="empty">This page needs JavaScript</p></noscript>`;

/** A section with a list of rows, which can be filtered. */
interface ListSection {
  /** The id of the list, with which those of the other elements begin. */
  readonly name: string;
  readonly title: string;
  /** What the search field does. */
  readonly filter: string;
  /** Stands for the rows when there are none. */
  readonly empty: string;
  /** The markup below the list. */
  readonly below: string;
}

function listSection(
  { name, title, filter, empty, below }: ListSection,
): string {
  return `  <section aria-labelledby="${name}-title">
    <div class="bar">
      <h2 id="${name}-title">${title} <span id="${name}-count" class="faint"></span></h2>
      <div id="${name}-tools" class="tools" hidden>
        <div id="${name}-chips" class="chips" role="radiogroup" aria-label="${title} to show"></div>
        <input id="${name}-search" type="search" placeholder="Filter" aria-label="${filter}" autocomplete="off" spellcheck="false">
      </div>
    </div>
    <div id="${name}" class="list" role="list" tabindex="0" aria-labelledby="${name}-title"></div>
    <p id="${name}-empty" class="empty">${empty}</p>
${below}
  </section>`;
}
