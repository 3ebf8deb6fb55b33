/** The part of `jsr:@std/streams` that sluice uses, over Web Streams. */

export interface TextLineStreamOptions {
  allowCR?: boolean;
}

export class TextLineStream extends TransformStream<string, string> {
  constructor(options: TextLineStreamOptions = {}) {
    const lineBreak = options.allowCR ? /\r\n|\n|\r(?!$)/ : /\r?\n/;
    let rest = "";
    super({
      transform(chunk, controller) {
        const lines = (rest + chunk).split(lineBreak);
        rest = lines.pop() ?? "";
        for (const line of lines) controller.enqueue(line);
      },
      flush(controller) {
        if (rest === "") return;
        const last = options.allowCR && rest.endsWith("\r")
          ? rest.slice(0, -1)
          : rest;
        controller.enqueue(last);
      },
    });
  }
}

export interface LimitedBytesTransformStreamOptions {
  error?: boolean;
}

export class LimitedBytesTransformStream
  extends TransformStream<Uint8Array, Uint8Array> {
  constructor(size: number, options: LimitedBytesTransformStreamOptions = {}) {
    let total = 0;
    super({
      transform(chunk, controller) {
        if (total + chunk.byteLength > size) {
          if (options.error) {
            throw new RangeError(`Exceeded byte size limit of '${size}'`);
          }
          return controller.terminate();
        }
        total += chunk.byteLength;
        controller.enqueue(chunk);
      },
    });
  }
}
