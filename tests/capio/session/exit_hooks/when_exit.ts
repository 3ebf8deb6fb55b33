import { writeFileSync } from "node:fs";
import whenExit from "when-exit";
import { dir, end } from "./end.ts";

whenExit(() => writeFileSync(`${dir}/report`, "ended"));
end();
