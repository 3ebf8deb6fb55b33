/** The style of {@linkcode viewPage}, light and dark. */
export const VIEW_STYLE = `
:root {
  --back: #fcfcfa;
  --text: #24292e;
  --faint: #8a9099;
  --edge: #e3e4e0;
  --bar: #f4f4f0;
  --hover: #f1f2ee;
  --accent: #2563a8;
  --good: #2f8f4e;
  --error: #b3261e;
  --error-back: #fdecea;
  --warning: #7a5200;
  --warning-back: #fff6de;
  --row: 20px;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #16181c;
    --text: #dcdfe4;
    --faint: #767d88;
    --edge: #2a2e35;
    --bar: #1c1f24;
    --hover: #1f2329;
    --accent: #6cb0f5;
    --good: #5cc27d;
    --error: #ff9d95;
    --error-back: #3a1d1d;
    --warning: #f0c66b;
    --warning-back: #352b13;
  }
}
* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; }
body {
  display: flex;
  flex-direction: column;
  background: var(--back);
  color: var(--text);
  font: 14px/1.4 system-ui, sans-serif;
}
header {
  display: flex;
  align-items: baseline;
  gap: 14px;
  padding: 9px 18px;
  background: var(--bar);
  border-bottom: 1px solid var(--edge);
}
h1 { margin: 0; font-size: 15px; font-weight: 600; }
#count { color: var(--faint); font-variant-numeric: tabular-nums; }
#status { margin-left: auto; color: var(--faint); }
#status::before {
  content: "";
  display: inline-block;
  width: 8px;
  height: 8px;
  margin-right: 7px;
  border-radius: 50%;
  background: var(--warning);
}
#status.live::before { background: var(--good); }
#log {
  flex: 1;
  overflow: auto;
  position: relative;
  outline: none;
  font: 13px/var(--row) ui-monospace, "Cascadia Mono", "DejaVu Sans Mono",
    Menlo, Consolas, monospace;
}
#content { position: relative; min-width: 100%; }
#rows { position: absolute; top: 0; left: 0; min-width: 100%; }
.row {
  display: flex;
  height: var(--row);
  white-space: pre;
  tab-size: 4;
  padding-right: 18px;
  border-left: 3px solid transparent;
}
.row:hover { background: var(--hover); }
.number {
  flex: none;
  width: 8ch;
  margin-right: 2ch;
  text-align: right;
  color: var(--faint);
  user-select: none;
}
.error { color: var(--error); background: var(--error-back); border-color: var(--error); }
.warning { color: var(--warning); background: var(--warning-back); border-color: var(--warning); }
.error:hover { background: var(--error-back); }
.warning:hover { background: var(--warning-back); }
.str { border-color: var(--edge); }
.gap, .last { color: var(--faint); font-style: italic; }
#empty {
  position: absolute;
  inset: 0;
  margin: auto;
  height: 2em;
  text-align: center;
  color: var(--faint);
  pointer-events: none;
}
#follow {
  position: fixed;
  right: 26px;
  bottom: 22px;
  padding: 8px 16px;
  border: 0;
  border-radius: 18px;
  background: var(--accent);
  color: var(--back);
  font: inherit;
  font-weight: 600;
  cursor: pointer;
  box-shadow: 0 2px 10px rgb(0 0 0 / 25%);
}
#follow:focus-visible { outline: 2px solid var(--text); outline-offset: 2px; }
[hidden] { display: none !important; }
`;
