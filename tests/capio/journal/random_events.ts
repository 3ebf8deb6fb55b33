import type {
  EventBody,
  JournalEvent,
} from "../../../src/capio/journal/events/event.ts";
import { fold, initialState } from "../../../src/capio/journal/fold/mod.ts";
import type { WorkflowState } from "../../../src/capio/journal/state/state.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";

const FILES = ["a", "b", "dir/a", "dir/b", "dir/sub/c", "d/a", "_OK"];
const DIRECTORIES = ["dir", "dir/sub", "d"];
const PATHS = [...FILES, ...DIRECTORIES];
const APPS = ["w", "r", "other"];
const DOCUMENT = JSON.stringify({
  name: "t",
  IO_Graph: [
    {
      name: "w",
      output_stream: ["dir", "a"],
      streaming: [
        { name: ["a"], committed: "on_close" },
        { name: ["b"], committed: "on_close:2", mode: "no_update" },
        { dirname: ["dir"], committed: "on_file", file_deps: ["_OK"] },
      ],
    },
    { name: "r", input_stream: ["a", "dir/*"] },
  ],
  permanent: ["a", "dir"],
});

/**
 * Returns events that members may have appended, in an order in which they make
 * sense: an opening says which file its author saw.
 */
export function randomEvents(
  random: SeededRandom,
  count: number,
): JournalEvent[] {
  let state = initialState("/data");
  const events: JournalEvent[] = [];
  while (events.length < count) {
    const id = `${1 + random.below(4)}-0000000${random.below(3)}`;
    const event = {
      ...randomBody(random, state, id, events.length),
      by: id,
      time: events.length,
    };
    // Only who takes part appends, and comes once.
    const member = state.members.get(id);
    const isNew = event.event === "join";
    if (isNew ? member : !member || member.ending) continue;
    events.push(event);
    state = fold(state, structuredClone(event));
  }
  return events;
}

function randomBody(
  { below, pick }: SeededRandom,
  state: WorkflowState,
  id: string,
  handle: number,
): EventBody {
  const path = pick(FILES);
  const directory = pick(DIRECTORIES);
  const any = pick(PATHS);
  // The system renames files to files, and nothing into itself or what it is in.
  const isFile = FILES.includes(any);
  const target = pick(
    (isFile ? FILES : DIRECTORIES).filter((it) =>
      !`${it}/`.startsWith(`${any}/`) && !`${any}/`.startsWith(`${it}/`) ||
      it === any
    ),
  );
  const file = state.paths.get(path)?.number;
  const opened = [...state.handles.keys()]
    .filter((it) => it.startsWith(`${id}/`))
    .map((it) => Number(it.slice(id.length + 1)));
  const ended = opened.length > 0 ? pick(opened) : handle;
  const known = state.created > 0 ? below(state.created) : 0;
  return pick<() => EventBody>([
    () => ({ event: "join", app: pick(APPS), pid: 1 }),
    () => ({ event: "join", app: pick(APPS), pid: 1, isWorker: true }),
    () => ({ event: "join", app: pick(APPS), pid: 1, isThread: true }),
    () => ({
      event: "join",
      app: pick(APPS),
      pid: 1,
      memoryDir: "/m",
      memoryId: "1-2",
    }),
    () => ({
      event: "end",
      member: below(3) ? pick([...state.members.keys(), id]) : id,
      ending: pick(["left", "failed", "lost"] as const),
    }),
    () => ({ event: "rules", document: DOCUMENT }),
    () => ({ event: "rules", steps: pick([["w", "r"], ["r", "w"]]) }),
    () => ({ event: "open", path, file, handle }),
    () => ({ event: "open", path, file, handle, memory: true }),
    () => ({ event: "open", path, file, handle, whole: true }),
    () => ({
      event: "open",
      path,
      file,
      handle,
      whole: true,
      publishes: true,
    }),
    () => ({ event: "close", handle: ended }),
    () => ({ event: "close", handle: ended, publishes: true }),
    () => ({ event: "close", handle: ended, unchanged: true }),
    () => ({ event: "close", handle: ended, failed: true, why: "x" }),
    () => ({ event: "make", path, kind: "file", handle, replaces: true }),
    () => ({ event: "make", path, kind: "file", handle, memory: true }),
    () => ({
      event: "make",
      path: directory,
      kind: "directory",
      complete: true,
    }),
    () => ({ event: "make", path, kind: "symlink", complete: true }),
    () => ({ event: "moving", from: any, to: target }),
    () => ({ event: "moving" }),
    () => ({ event: "rename", from: any, to: target }),
    () => ({
      event: "remove",
      path: any,
      ...(isFile ? {} : { isDirectory: true }),
    }),
    () => ({ event: "publish", files: [known] }),
    () => ({ event: "publish", files: [] }),
    () => ({ event: "input", path }),
    () => ({ event: "input", path, file: file ?? known }),
    () => ({ event: "miss", paths: [path, pick(PATHS)] }),
    () => ({ event: "miss", paths: [path], asked: true }),
    () => ({ event: "found", path }),
    () => ({ event: "seen", paths: [path, any], looked: true }),
    () => ({ event: "seen", paths: [any] }),
    () => ({ event: "list", path: directory }),
    () => ({ event: "list", path: directory, watched: true }),
    () => ({ event: "given", path }),
    () => ({ event: "read", path, first: 1, bytes: below(9), file }),
    () => ({
      event: "read",
      path,
      first: 1,
      bytes: 9,
      file: known,
      end: known,
    }),
    () => ({
      event: "read",
      path,
      first: 1,
      bytes: 9,
      file: known,
      to: below(9),
      rewrites: below(3),
    }),
    () => ({ event: "rewrite", handle: below(3), offset: below(9) }),
    () => ({ event: "size", path, file: known, told: 1, size: 2 }),
    () => ({
      event: "size",
      path,
      file: known,
      told: 1,
      readTo: 1,
      ifLost: true,
    }),
    () => ({ event: "wait", wait: below(3), path, why: "it is missing" }),
    () => ({ event: "wait", wait: below(3), path }),
    () => ({ event: "await", path: pick([...PATHS, ""]) }),
  ])();
}
