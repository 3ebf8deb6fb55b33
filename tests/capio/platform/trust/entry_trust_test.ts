import { assertEquals } from "@std/assert";
import {
  distrust,
  type EntryCheck,
  type Look,
} from "../../../../src/capio/platform/mod.ts";

const OWNER: EntryCheck = { by: "owner", uid: 7 };
const GROUP: EntryCheck = { by: "group", gid: 8 };
const KIND: EntryCheck = { by: "kind" };

function look(changes: Partial<Look> = {}): Look {
  return {
    isDirectory: true,
    isFile: false,
    isSymlink: false,
    mode: 0o40700,
    uid: 7,
    gid: 9,
    ...changes,
  };
}

const FILE: Partial<Look> = { isDirectory: false, isFile: true };
const LINK: Partial<Look> = { isDirectory: false, isSymlink: true };
const PIPE: Partial<Look> = { isDirectory: false };

const CASES: readonly [string, Look, EntryCheck, string | undefined][] = [
  ["own and closed", look(), OWNER, undefined],
  ["own and readable", look({ mode: 0o40755 }), OWNER, undefined],
  [
    "writable by its group",
    look({ mode: 0o40770 }),
    OWNER,
    "one that its group can write to (mode 0770)",
  ],
  [
    "writable by all",
    look({ mode: 0o41777 }),
    OWNER,
    "one that all users can write to (mode 1777)",
  ],
  [
    "of another user",
    look({ uid: 6 }),
    OWNER,
    "one of another user (user id 6, not 7)",
  ],
  ["a link", look(LINK), OWNER, "a symbolic link"],
  ["a file", look(FILE), OWNER, "a file"],
  ["a pipe", look(PIPE), OWNER, "a named pipe, a socket or a device"],
  ["of the group", look({ uid: 6, gid: 8, mode: 0o42770 }), GROUP, undefined],
  [
    "of another group",
    look({ mode: 0o42770 }),
    GROUP,
    "one of another group (group id 9, not 8)",
  ],
  [
    "closed to the group",
    look({ gid: 8 }),
    GROUP,
    "one that is closed to its group (mode 0700)",
  ],
  [
    "of the group and writable by all",
    look({ gid: 8, mode: 0o42777 }),
    GROUP,
    "one that all users can write to (mode 2777)",
  ],
  ["a link", look({ ...LINK, gid: 8 }), GROUP, "a symbolic link"],
  ["without owners", look({ uid: null, mode: null }), KIND, undefined],
  ["of anybody", look({ uid: 6, mode: 0o40777 }), KIND, undefined],
  ["a link", look(LINK), KIND, "a symbolic link"],
];

for (const [what, entry, check, found] of CASES) {
  Deno.test(`a directory ${what} is ${found ? "refused" : "used"}, by ${check.by}`, () => {
    assertEquals(distrust(entry, "directory", check)?.found, found);
  });
}

Deno.test("the refusal of what a group can write to names the option that shares a workflow", () => {
  const shared = look({ mode: 0o42770 });
  const { remedy } = distrust(shared, "directory", OWNER) ?? {};
  assertEquals(remedy?.includes("--shared"), true);
  assertEquals(remedy?.includes("CAPIO_SHARED=group"), true);
});
