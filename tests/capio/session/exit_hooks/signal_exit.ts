import { writeFileSync } from "node:fs";
import { onExit } from "signal-exit";
import { dir, end } from "./end.ts";

onExit((code) => writeFileSync(`${dir}/late`, `late ${code}`), {
  alwaysLast: true,
});
onExit((code) => writeFileSync(`${dir}/report`, `ended ${code}`));
end();
