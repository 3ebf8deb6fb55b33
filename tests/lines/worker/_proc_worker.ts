/** A worker that does to its mirror what it is told. */
import { LineProcMirror } from "../../../src/lines/mod.ts";

const scope = self as unknown as {
  onmessage: (event: MessageEvent) => void;
  postMessage(message: unknown): void;
  close(): void;
};

scope.onmessage = async ({ data }) => {
  const { port, task, timeout } = data;
  const mirror = new LineProcMirror(port, { timeout });
  try {
    await perform(task, mirror);
    scope.postMessage("done");
  } catch (error) {
    scope.postMessage(error instanceof Error ? error.name : String(error));
  }
};

async function perform(task: string, mirror: LineProcMirror): Promise<void> {
  switch (task) {
    case "print":
      await mirror.run(async () => {
        console.log("one");
        await new Promise((resolve) => setTimeout(resolve, 5));
        console.error("two");
      });
      return await mirror.close();
    case "fail":
      await mirror.write("half");
      return await mirror.close(new RangeError("too far"));
    case "many":
      for (let i = 0; i < 2_000; i++) mirror.write(`line ${i}\n`);
      return await mirror.close();
    case "write":
      for (let i = 0; i < 10_000; i++) {
        await mirror.write(`${i}\n`);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      return;
    case "die":
      await mirror.write("before\nhalf");
      await mirror.flush();
      return scope.close();
    case "throw":
      await mirror.write("before\n");
      setTimeout(() => {
        throw new Error("dead");
      });
  }
}
