import exitHook from "async-exit-hook";
import { writeFileSync } from "node:fs";
import { dir, end } from "./end.ts";

exitHook(() => writeFileSync(`${dir}/report`, "ended"));
exitHook(() => Deno.writeTextFileSync(`${dir}/another`, "ended"));
end();
