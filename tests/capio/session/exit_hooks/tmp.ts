import { copyFileSync, writeFileSync, writeSync } from "node:fs";
import tmp from "tmp";
import { dir, end } from "./end.ts";

tmp.setGracefulCleanup();
const file = tmp.fileSync({ tmpdir: dir, name: "temporary" });
const folder = tmp.dirSync({
  tmpdir: dir,
  name: "folder",
  unsafeCleanup: true,
});
writeFileSync(`${folder.name}/inner`, "of a folder");
writeSync(file.fd, "temporary");
copyFileSync(file.name, `${dir}/copy`);
end();
