// Reads the history of a repository once its tag is there.
import fs from "node:fs";
import git from "isomorphic-git";

const dir = "made/repo";
const oid = await git.resolveRef({ fs, dir, ref: "v1" });
for (const { oid: id, commit } of await git.log({ fs, dir, ref: oid })) {
  console.log(id, commit.message.trim());
}
const { blob } = await git.readBlob({ fs, dir, oid, filepath: "file3.txt" });
console.log(blob.length, await git.listFiles({ fs, dir }));
