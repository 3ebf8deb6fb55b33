import { CHOICE_SCRIPT } from "./choice.ts";
import { ELEMENTS_SCRIPT } from "./elements.ts";
import { FILE_LIST_SCRIPT } from "./file_list.ts";
import { LIVE_STATE_SCRIPT } from "./live_state.ts";
import { OVERVIEW_SCRIPT } from "./overview.ts";
import { ROW_LIST_SCRIPT } from "./row_list.ts";
import { STEP_LIST_SCRIPT } from "./step_list.ts";
import { TEXTS_SCRIPT } from "./texts.ts";
import { TIMELINE_SCRIPT } from "./timeline.ts";

/** Draws the page in the next frame, however often it is asked for until then. */
const MAIN_SCRIPT = String.raw`
let isRenderingSoon = false;

setInterval(() => head && !isOver() && renderSoon(), 1000);
connect();

function renderSoon() {
  if (isRenderingSoon) return;
  isRenderingSoon = true;
  requestAnimationFrame(() => {
    isRenderingSoon = false;
    render();
  });
}

function render() {
  renderLink();
  if (!head) return;
  renderHead();
  renderTrouble();
  renderWarnings();
  renderMachines();
  renderWaits();
  renderSteps();
  renderFiles();
  renderTimeline();
}
`;

/**
 * The script of the page. Its parts share one scope: a function can be called
 * from every part, and what a part needs while it is loaded stands before it.
 */
export const PAGE_SCRIPT = [
  ROW_LIST_SCRIPT,
  ELEMENTS_SCRIPT,
  TEXTS_SCRIPT,
  LIVE_STATE_SCRIPT,
  CHOICE_SCRIPT,
  OVERVIEW_SCRIPT,
  STEP_LIST_SCRIPT,
  FILE_LIST_SCRIPT,
  TIMELINE_SCRIPT,
  MAIN_SCRIPT,
].join("");
