// Reads documents as wholes.
import { loadJsonFile, loadJsonFileSync } from "load-json-file";

interface State {
  n: number;
  list: number[];
}
for (const n of [0, 1, 2, 3, 4]) {
  const { list } = await loadJsonFile<State>(`made/state/${n}.json`);
  console.log(n, list.length, list.at(-1));
}
console.log(loadJsonFileSync<State>("made/last.json").n);
