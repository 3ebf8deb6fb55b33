import nodeCleanup from "node-cleanup";
import { writeFileSync } from "node:fs";
import { dir, end } from "./end.ts";

nodeCleanup((code: unknown, signal: unknown) => {
  writeFileSync(`${dir}/report`, `ended ${code} ${signal}`);
});
end();
