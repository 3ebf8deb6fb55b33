/** A process that makes a call for each line of its standard input. */
import { TextLineStream } from "@std/streams";
import { TurnTaker } from "./turns.ts";

/** Makes the calls, and prints what each gives. */
export async function takeTurns(dir: string): Promise<void> {
  const taker = new TurnTaker(dir);
  const lines = Deno.stdin.readable
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of lines) {
    console.log(JSON.stringify(await taker.take(JSON.parse(line))));
  }
}

if (import.meta.main) await takeTurns(Deno.args[0]);
