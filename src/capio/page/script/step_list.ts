/** The list of the steps, and what the selected one has printed. */
export const STEP_LIST_SCRIPT = String.raw`
let selected;

const STEP_STATES = [
  ["failed", "failed", ["failed", "lost"]],
  ["waiting", "waiting", ["waiting"]],
  ["running", "running", ["running"]],
  ["ended", "ended", ["ended", "stopped"]],
  ["absent", "not joined", ["absent"]],
];

const stepChoice = choiceOf("steps", STEP_STATES);

const stepList = new RowList(byId("steps"), {
  keyOf: (step) => step.name,
  create(element) {
    const name = added(element, "button", "step-name");
    name.type = "button";
    name.setAttribute("aria-controls", "output");
    const row = {
      name,
      state: added(element, "span", "state"),
      printed: added(element, "span", "printed"),
      process: added(element, "span", "process faint"),
    };
    name.addEventListener("click", () => {
      selected = selected === row.key ? undefined : row.key;
      renderSoon();
    });
    return row;
  },
  update(row, step) {
    row.key = step.name;
    setClass(row.element, "row step " + step.state);
    setText(row.name, step.name);
    setAttribute(row.name, "aria-expanded", String(selected === step.name));
    setText(row.state, step.text + stepTime(step));
    setAttribute(row.state, "title", step.text);
    const last = step.printed.at(-1);
    setClass(row.printed, last === undefined ? "activity faint" : "printed");
    setText(row.printed, last ?? step.activity);
    setText(row.process, step.processes);
  },
});

function renderSteps() {
  const all = [...steps.values()];
  const shown = stepChoice.of(all, (it) => it.state, (it) => it.name);
  setText(byId("steps-count"), countOf(shown.length, all.length));
  showEmpty("steps", shown, all, "No step has joined yet");
  stepList.show(shown);
  const step = steps.get(selected);
  byId("output").hidden = step === undefined;
  if (step === undefined) return;
  setText(byId("output-title"), step.printed.length > 0
    ? "What " + step.name + " printed last"
    : "What " + step.name + " prints is not known here");
  const facts = [step.text, step.activity].filter(Boolean);
  setText(byId("output-activity"), facts.join(" \u00b7 "));
  byId("output-lines").hidden = step.printed.length === 0;
  setText(byId("output-lines"), step.printed.join("\n"));
}

function stepTime({ since, begun, ended }) {
  if (since !== undefined) return ", " + duration(now() - since);
  if (begun === undefined || ended === undefined) return "";
  return " after " + duration(ended - begun);
}
`;
