import exitHook from "exit-hook";
import { writeFileSync } from "node:fs";
import { dir, end } from "./end.ts";

exitHook((signal) => writeFileSync(`${dir}/report`, `ended ${signal}`));
end();
