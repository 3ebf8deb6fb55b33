import { LineAssembler, type LineAssemblerOptions } from "./line_assembler.ts";

/**
 * Turns text that is cut anywhere into lines: for each chunk an array of the
 * lines that it completes, unless it completes none.
 *
 * Lines come in batches because handing them over one at a time costs several
 * times as much as finding them.
 *
 * @example Number the lines of a file
 * ```ts
 * import { LineBatchStream } from "@sluice/sluice/streams";
 *
 * const file = await Deno.open("results.csv");
 * const batches = file.readable
 *   .pipeThrough(new TextDecoderStream())
 *   .pipeThrough(new LineBatchStream({ maxLineChars: 1_048_576 }));
 * let number = 0;
 * for await (const lines of batches) {
 *   for (const line of lines) console.log(++number, line);
 * }
 * ```
 */
export class LineBatchStream extends TransformStream<string, string[]> {
  /**
   * Makes a stream for one text.
   *
   * @param options The line breaks and the limit.
   * @throws {TypeError | RangeError} When an option is refused, see
   * {@linkcode LineAssembler}.
   */
  constructor(options: LineAssemblerOptions) {
    const assembler = new LineAssembler(options);
    super({
      transform(text, controller) {
        const lines = assembler.push(text);
        if (lines.length > 0) controller.enqueue(lines);
      },
      flush(controller) {
        const lines = assembler.finish();
        if (lines.length > 0) controller.enqueue(lines);
      },
    });
  }
}
