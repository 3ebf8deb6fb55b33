/** The style of the page, light and dark. */
export const PAGE_STYLE = `
:root {
  --back: #f6f6f3;
  --card: #ffffff;
  --text: #1f2328;
  --faint: #5c6470;
  --edge: #dededa;
  --rule: #c6c7c3;
  --hover: #f1f2ee;
  --track: #e6e7e3;
  --accent: #1f5f9f;
  --good: #1d7a3c;
  --bad: #b3261e;
  --bad-back: #fdeeec;
  --warn: #7a5200;
  --warn-back: #fff6de;
  --read: #7d5ba6;
  --mono: ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas,
    monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #131519;
    --card: #1b1e23;
    --text: #e1e4e8;
    --faint: #9aa3af;
    --edge: #2e333a;
    --rule: #474e58;
    --hover: #23272d;
    --track: #32373f;
    --accent: #6cb0f5;
    --good: #5cc27d;
    --bad: #ff9d95;
    --bad-back: #3a1f1f;
    --warn: #f0c66b;
    --warn-back: #25211a;
    --read: #b69ae0;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0;
  background: var(--back);
  color: var(--text);
  font: 0.875rem/1.45 system-ui, sans-serif;
}
h1, h2, h3, p, ul, pre { margin: 0; }
h1 {
  font-size: 1.25rem;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
h2 { font-size: 1rem; font-variant-numeric: tabular-nums; }
h2 .faint { font-weight: 400; }
.bar a { margin-left: auto; }
h3 { font-size: 0.875rem; overflow-wrap: anywhere; }
a { color: var(--accent); }
.faint, .empty { color: var(--faint); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
header {
  position: sticky;
  top: 0;
  z-index: 1;
  display: grid;
  grid-template-columns: fit-content(50%) 1fr auto;
  align-items: baseline;
  gap: 0.1rem 0.9rem;
  padding: 0.7rem max(1rem, calc(50% - 36rem));
  background: var(--card);
  border-bottom: 1px solid var(--edge);
}
#outcome { font-weight: 600; font-variant-numeric: tabular-nums; }
#outcome::before { content: "\\25b6\\00a0"; font-size: 0.8em; }
#outcome.well { color: var(--good); }
#outcome.well::before { content: "\\2714\\00a0"; }
#outcome.careful { color: var(--warn); }
#outcome.careful::before { content: "\\26a0\\00a0"; }
#outcome.failed { color: var(--bad); }
#outcome.failed::before { content: "\\2716\\00a0"; }
#outcome.interrupted::before { content: "\\25a0\\00a0"; }
#outcome.running { color: var(--accent); }
#link { color: var(--faint); }
#link::before {
  content: "";
  display: inline-block;
  width: 0.55rem;
  height: 0.55rem;
  margin-right: 0.4rem;
  border-radius: 50%;
  background: var(--rule);
}
#link.live::before { background: var(--good); }
#link.lost { color: var(--warn); }
#link.lost::before { background: var(--warn); }
#facts {
  grid-column: 1 / -1;
  color: var(--faint);
  display: -webkit-box;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 2;
  line-clamp: 2;
  overflow: hidden;
  font-size: 0.8125rem;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
  font-variant-numeric: tabular-nums;
}
main {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 1.4rem;
  max-width: 74rem;
  margin: 0 auto;
  padding: 1.1rem 1rem 3rem;
}
.bar {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.4rem 1rem;
  min-height: 2rem;
  margin-bottom: 0.35rem;
}
.tools { display: flex; flex-wrap: wrap; gap: 0.4rem 0.7rem; margin-left: auto; }
input[type="search"] {
  width: 13rem;
  padding: 0.25rem 0.6rem;
  border: 1px solid var(--rule);
  border-radius: 0.4rem;
  background: var(--card);
  color: var(--text);
  font: inherit;
}
input::placeholder { color: var(--faint); }
.chips { display: flex; flex-wrap: wrap; gap: 0.3rem; }
.chip span {
  display: block;
  padding: 0.2rem 0.65rem;
  border: 1px solid var(--rule);
  border-radius: 1rem;
  background: var(--card);
  cursor: pointer;
  font-variant-numeric: tabular-nums;
}
.chip input { position: absolute; opacity: 0; pointer-events: none; }
.chip input:checked + span {
  border-color: var(--accent);
  background: var(--accent);
  color: var(--card);
}
.chip input:focus-visible + span {
  outline: 2px solid var(--accent);
  outline-offset: 2px;
}
.panel {
  padding: 0.8rem 1rem;
  border: 1px solid;
  border-left-width: 5px;
  border-radius: 0.5rem;
}
.panel h2 { margin-bottom: 0.2rem; }
.panel ul { padding: 0; list-style: none; max-height: 15rem; overflow: auto; }
.panel li { padding: 0.15rem 0; overflow-wrap: anywhere; }
.bad { border-color: var(--bad); background: var(--bad-back); }
.bad h2, #trouble-text { color: var(--bad); }
#trouble-text { font-size: 1.05rem; font-weight: 600; overflow-wrap: anywhere; }
#trouble-lost { margin-top: 0.5rem; overflow-wrap: anywhere; }
.careful, .waits { border-color: var(--warn); background: var(--warn-back); }
.careful h2, .waits h2 { color: var(--warn); }
.who, .waits .path { font-weight: 600; }
.waits ul { max-height: 12rem; }
.waits li {
  display: grid;
  grid-template-columns: minmax(0, 2fr) minmax(0, 3fr) auto;
  gap: 0 1.2rem;
}
.why { color: var(--faint); }
.time { color: var(--faint); font-variant-numeric: tabular-nums; }
pre {
  max-height: 18rem;
  margin-top: 0.6rem;
  padding: 0.6rem 0.8rem;
  overflow: auto;
  border: 1px solid var(--edge);
  border-radius: 0.4rem;
  background: var(--card);
  color: var(--text);
  font: 0.8125rem/1.5 var(--mono);
  tab-size: 4;
}
#output { margin-top: 0.7rem; }
.list {
  --row: 3.5;
  max-height: min(34rem, 70vh);
  overflow: auto;
  border: 1px solid var(--edge);
  border-radius: 0.5rem;
  background: var(--card);
}
.space { position: relative; }
.row {
  position: absolute;
  top: 0;
  left: 0;
  right: 0;
  display: grid;
  align-content: center;
  align-items: center;
  height: calc(var(--row) * 1rem);
  gap: 0.1rem 1.2rem;
  padding: 0 0.9rem;
  border-bottom: 1px solid var(--edge);
  border-left: 4px solid var(--rule);
}
.row:last-child { border-bottom-color: transparent; }
.row:hover { background: var(--hover); }
.row > * {
  min-width: 0;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.step { grid-template-columns: minmax(0, 1fr) fit-content(65%); }
.step-name {
  justify-self: start;
  max-width: 100%;
  padding: 0;
  border: 0;
  background: none;
  color: var(--text);
  font: inherit;
  font-weight: 600;
  text-align: left;
  cursor: pointer;
}
.step-name::after { content: ""; position: absolute; inset: 0; }
.step-name:focus-visible { outline: none; }
.row:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: -2px; }
.step-name[aria-expanded="true"] { color: var(--accent); }
.state { text-align: right; font-variant-numeric: tabular-nums; }
.printed { font: 0.8125rem/1.45 var(--mono); white-space: pre; }
.activity { font-size: 0.8125rem; }
.process { text-align: right; font-size: 0.8125rem; }
.step.running { border-left-color: var(--accent); }
.step.running .state { color: var(--accent); }
.step.waiting { border-left-color: var(--warn); }
.step.waiting .state { color: var(--warn); font-weight: 600; }
.step.ended { border-left-color: var(--good); }
.step.ended .state { color: var(--good); }
.step.failed, .step.lost { border-left-color: var(--bad); }
.step.failed .state, .step.lost .state { color: var(--bad); font-weight: 600; }
.step.absent .state, .step.stopped .state { color: var(--faint); }
.file {
  grid-template-columns: minmax(0, 1fr) 11rem 7rem 16rem;
  grid-template-areas: "path size phase bars" "notes notes notes readers";
}
.file .path { grid-area: path; display: flex; }
.folder {
  flex: 0 1 auto;
  min-width: 0;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: pre;
  color: var(--faint);
}
.base {
  flex: 0 0 auto;
  max-width: 100%;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: pre;
  font-weight: 600;
}
.size {
  grid-area: size;
  text-align: right;
  white-space: pre;
  font-variant-numeric: tabular-nums;
}
.phase { grid-area: phase; }
.notes { grid-area: notes; font-size: 0.8125rem; }
.readers { grid-area: readers; font-size: 0.8125rem; }
.bars { grid-area: bars; display: grid; gap: 2px; align-self: center; }
.bars span { display: block; border-radius: 2px; }
.written { height: 6px; background: var(--good); }
.read { height: 4px; background: var(--track); }
.part { height: 100%; background: var(--read); }
.open .phase { color: var(--accent); }
.open { border-left-color: var(--accent); }
.open .written {
  background: repeating-linear-gradient(
    -45deg,
    var(--accent) 0 8px,
    color-mix(in srgb, var(--accent) 65%, var(--card)) 8px 16px
  );
}
.committed { border-left-color: var(--good); }
.committed .phase { color: var(--good); }
.file.lost { border-left-color: var(--bad); }
.file.lost .phase { color: var(--bad); font-weight: 600; }
.file.lost .written { background: var(--bad); }
.empty { padding: 0.9rem 0; }
#timeline {
  max-height: min(32rem, 70vh);
  overflow: auto;
  border: 1px solid var(--edge);
  border-radius: 0.5rem;
  background: var(--card);
}
#timeline svg {
  display: block;
  width: 100%;
  min-width: 46rem;
  height: auto;
  fill: var(--text);
}
#timeline .back { fill: none; }
#timeline .faint { fill: var(--faint); }
#timeline .failure { fill: var(--bad); }
#timeline .pale { fill: var(--text); }
#timeline .grid { stroke: var(--edge); }
#timeline .rule { stroke: var(--rule); }
@media (max-width: 48rem) {
  header { grid-template-columns: 1fr auto; }
  #outcome { grid-row: 2; grid-column: 1 / -1; }
  .tools { margin-left: 0; }
  .step { grid-template-columns: minmax(0, 1fr) fit-content(80%); }
  .step .printed, .step .activity { grid-column: 1 / -1; }
  .step .process { display: none; }
  .waits li { grid-template-columns: minmax(0, 1fr) auto; }
  .waits .what { grid-column: 1 / -1; }
  #files { --row: 6.2; }
  .file {
    grid-template-columns: minmax(0, 1fr) auto;
    grid-template-areas: "path size" "bars bars" "readers phase" "notes notes";
  }
}
@media print { .list, #timeline, pre { max-height: none; } header { position: static; } }
`;
