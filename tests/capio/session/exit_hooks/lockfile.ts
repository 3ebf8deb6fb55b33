import { writeFileSync } from "node:fs";
import lockfile from "lockfile";
import { dir, end } from "./end.ts";

lockfile.lockSync(`${dir}/data.lock`);
writeFileSync(`${dir}/data`, "guarded");
console.log(lockfile.checkSync(`${dir}/data.lock`));
end();
