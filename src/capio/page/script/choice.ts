/** How the rows of a list are chosen, and what stands in their place. */
export const CHOICE_SCRIPT = String.raw`
/** With fewer rows there is nothing to look for. */
const ROWS_WITHOUT_TOOLS = 8;

/** The search field and the buttons with which rows are chosen. */
function choiceOf(name, groups) {
  const search = byId(name + "-search");
  const chips = new Map([["all", "all", undefined], ...groups].map(
    ([key, word, states]) => {
      const label = added(byId(name + "-chips"), "label", "chip " + key);
      const input = added(label, "input", "");
      input.type = "radio";
      input.name = name;
      input.value = key;
      input.checked = key === "all";
      input.addEventListener("change", renderSoon);
      return [key, { label, input, word, states, text: added(label, "span", "") }];
    },
  ));
  search.addEventListener("input", renderSoon);
  return {
    of(all, stateOf, textOf) {
      const counts = new Map();
      for (const item of all) {
        const state = stateOf(item);
        counts.set(state, (counts.get(state) ?? 0) + 1);
      }
      let states;
      for (const chip of chips.values()) {
        const count = chip.states === undefined
          ? all.length
          : chip.states.reduce((sum, it) => sum + (counts.get(it) ?? 0), 0);
        chip.label.hidden = count === 0 && !chip.input.checked;
        setText(chip.text, chip.word + " " + count.toLocaleString("en"));
        if (chip.input.checked) states = chip.states;
      }
      const wanted = search.value.trim().toLowerCase();
      const isUsed = wanted !== "" || states !== undefined;
      byId(name + "-tools").hidden = all.length <= ROWS_WITHOUT_TOOLS && !isUsed;
      if (!isUsed) return all;
      return all.filter((item) =>
        (states === undefined || states.includes(stateOf(item))) &&
        textOf(item).toLowerCase().includes(wanted)
      );
    },
  };
}

function showEmpty(name, shown, all, text) {
  byId(name + "-empty").hidden = shown.length > 0;
  setText(byId(name + "-empty"), all.length === 0 ? text : "None of them matches");
}

function countOf(shown, all) {
  if (all === 0) return "";
  const number = all.toLocaleString("en");
  return shown === all ? number : shown.toLocaleString("en") + " of " + number;
}
`;
