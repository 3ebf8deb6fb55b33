import { appendFileSync } from "node:fs";
import onExit from "signal-exit-3";
import { dir, end } from "./end.ts";

onExit(
  (code: unknown) => appendFileSync(`${dir}/report`, `late ${code}`),
  { alwaysLast: true },
);
onExit((code: unknown) => appendFileSync(`${dir}/report`, `ended ${code}`));
end();
