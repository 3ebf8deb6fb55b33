// Settings in one of many possible places, and temporary files removed at exit.
import { closeSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import tmp from "tmp";
import { stringify } from "yaml";

tmp.setGracefulCleanup();
mkdirSync("made/config/scratch", { recursive: true });
const tmpdir = "made/config/scratch";
const draft = tmp.fileSync({ tmpdir, name: "draft.yaml", keep: true });
const notes = tmp.dirSync({ tmpdir, name: "notes", unsafeCleanup: true });
writeFileSync(`${notes.name}/note.txt`, "not for anybody\n");
tmp.fileSync({ tmpdir, name: "empty.txt" });
writeFileSync(draft.name, stringify({ retries: 3, hosts: ["a", "b"] }));
closeSync(draft.fd);
renameSync(`${tmpdir}/draft.yaml`, "made/config/app.config.yaml");
console.log("configured");
