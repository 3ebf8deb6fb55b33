// A test program that reports through a stream, ended by the library at exit.
import { createWriteStream, mkdirSync } from "node:fs";
import test from "tape";

mkdirSync("made");
test.createStream().pipe(createWriteStream("made/report.tap"));
for (let n = 0; n < 50; n++) {
  test(`test ${n}`, (t: { equal(a: number, b: number): void; end(): void }) => {
    t.equal(n % 10, n % 10);
    t.equal(Math.abs(-n), n);
    t.end();
  });
}
test.onFinish(() => console.log("tested"));
