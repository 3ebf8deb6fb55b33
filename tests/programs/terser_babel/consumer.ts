// A compiler that looks for its settings in many places where nothing is.
import { mkdirSync, writeFileSync } from "node:fs";
import { transformFileAsync } from "@babel/core";

mkdirSync("result");
for (let n = 0; n < 5; n++) {
  const { code } = await transformFileAsync(`made/src/module${n}.js`, {
    compact: false,
    comments: false,
    targets: "defaults",
  }) ?? {};
  writeFileSync(`result/module${n}.js`, `${code}\n`);
  console.log(code?.length);
}
