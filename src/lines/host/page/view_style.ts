/** The colours of a terminal on the light page and on the dark one. */
const TERMINAL_COLORS: Readonly<Record<string, readonly [string, string]>> = {
  black: ["#24292e", "#7d8590"],
  red: ["#b3261e", "#ff9d95"],
  green: ["#1a7f37", "#5cc27d"],
  yellow: ["#7a5200", "#e3b341"],
  blue: ["#0550ae", "#6cb0f5"],
  magenta: ["#8250df", "#d2a8ff"],
  cyan: ["#0f6b7a", "#56d4dd"],
  white: ["#57606a", "#dcdfe4"],
  brightBlack: ["#656d76", "#8b949e"],
  brightRed: ["#cf222e", "#ffaba8"],
  brightGreen: ["#116329", "#7ee787"],
  brightYellow: ["#633c01", "#f2cc60"],
  brightBlue: ["#0969da", "#a5d6ff"],
  brightMagenta: ["#a33fc4", "#e2c5ff"],
  brightCyan: ["#13686e", "#b3f0ff"],
  brightWhite: ["#24292e", "#ffffff"],
};

/** The colours of the names of writers, by those of a terminal. */
const WRITER_COLORS: readonly string[] = [
  ...["blue", "magenta", "cyan", "green"],
  ...["yellow", "brightMagenta", "red", "brightCyan"],
];

const NAMES = Object.keys(TERMINAL_COLORS);

function colorsOf(scheme: 0 | 1): string {
  return NAMES.map((name) => `--${name}: ${TERMINAL_COLORS[name][scheme]};`)
    .join(" ");
}

/** The style of {@linkcode viewPage}, light and dark. */
export const VIEW_STYLE: string = `
:root {
  --back: #fcfcfa;
  --text: #24292e;
  --faint: #646b75;
  --edge: #e3e4e0;
  --bar: #f4f4f0;
  --hover: #f1f2ee;
  --accent: #2563a8;
  --good: #2f8f4e;
  --error: #b3261e;
  --error-back: #fdecea;
  --warning: #7a5200;
  --warning-back: #fff6de;
  --mark: #ffe27a;
  --row: 20px;
  ${colorsOf(0)}
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #16181c;
    --text: #dcdfe4;
    --faint: #8b93a0;
    --edge: #2a2e35;
    --bar: #1c1f24;
    --hover: #1f2329;
    --accent: #6cb0f5;
    --good: #5cc27d;
    --error: #ff9d95;
    --error-back: #3a1d1d;
    --warning: #f0c66b;
    --warning-back: #352b13;
    --mark: #6b5300;
    ${colorsOf(1)}
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
#tools {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 6px 14px;
  padding: 6px 18px;
  background: var(--bar);
  border-bottom: 1px solid var(--edge);
}
#tools input[type="search"], #tools select, #tools button {
  padding: 3px 8px;
  border: 1px solid var(--faint);
  border-radius: 5px;
  background: var(--back);
  color: var(--text);
  font: inherit;
}
#tools input[type="search"] { width: min(22em, 100%); }
#tools select { max-width: 16em; }
#tools button { margin-left: -8px; }
#tools button:disabled { opacity: 0.5; }
#tools label { display: flex; align-items: center; gap: 5px; }
#tools :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
#matches { min-width: 6em; color: var(--faint); font-variant-numeric: tabular-nums; }
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
.ruler { position: absolute; visibility: hidden; white-space: pre; }
mark { background: var(--mark); color: inherit; }
.found { box-shadow: inset 0 0 0 1px var(--accent); }
.writer { font-weight: 600; }
${
  WRITER_COLORS.map((name, i) => `.writer-${i} { color: var(--${name}); }`)
    .join("\n")
}
${NAMES.map((name) => `.fg-${name} { color: var(--${name}); }`).join("\n")}
.bold { font-weight: 700; }
.dim { opacity: 0.75; }
.italic { font-style: italic; }
.underline { text-decoration: underline; }
.overline { text-decoration: overline; }
.strikethrough { text-decoration: line-through; }
.hidden { visibility: hidden; }
.reverse { background: var(--text); color: var(--back); }
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
