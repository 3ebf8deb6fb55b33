// A repository: objects, an index, references, and branches.
import fs from "node:fs";
import git from "isomorphic-git";
import { halfway } from "../halfway.ts";

const dir = "made/repo";
const author = {
  name: "A",
  email: "a@example.org",
  timestamp: 1_600_000_000,
  timezoneOffset: 0,
};
fs.mkdirSync(dir, { recursive: true });
await git.init({ fs, dir, defaultBranch: "main" });
for (let n = 0; n < 4; n++) {
  if (n === 2) await halfway();
  await fs.promises.writeFile(`${dir}/file${n}.txt`, `${n}\n`.repeat(5000));
  await git.add({ fs, dir, filepath: `file${n}.txt` });
  await git.commit({
    fs,
    dir,
    message: `Add file ${n}`,
    author,
    committer: author,
  });
}
await git.branch({ fs, dir, ref: "side", checkout: true });
await git.tag({ fs, dir, ref: "v1" });
console.log(await git.currentBranch({ fs, dir }));
