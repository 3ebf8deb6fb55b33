import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import lockfile from "proper-lockfile";
import { dir, end } from "./end.ts";

writeFileSync(`${dir}/data`, "guarded");
lockfile.lockSync(`${dir}/data`);
await lockfile.lock(dir, { lockfilePath: `${dir}/whole.lock` });
appendFileSync(`${dir}/data`, " and more");
console.log(existsSync(`${dir}/data.lock`), existsSync(`${dir}/whole.lock`));
end();
