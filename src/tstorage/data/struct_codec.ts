import { refused } from "../../internal/mod.ts";
import type { FixedSizeCodec } from "./payload_type.ts";
import type { StructValue } from "./struct_codes.ts";
import type { StructLayout, StructRun } from "./struct_format.ts";

/** Reads and writes the one value of a layout, which stands in `run`. */
export function valueCodec<T extends StructValue>(
  layout: StructLayout,
  { code, offset, size: width }: StructRun,
): FixedSizeCodec<T> {
  const { size, littleEndian, padded } = layout;
  return {
    size,
    read: (view, at) => code.read(view, at + offset, littleEndian, width) as T,
    write(view, at, value) {
      if (padded) clear(view, at, size);
      code.write(view, at + offset, littleEndian, width, value, "value");
    },
  };
}

/** Reads and writes all values of a layout. */
export function tupleCodec<T extends readonly StructValue[]>(
  { format, size, values, littleEndian, padded, runs }: StructLayout,
): FixedSizeCodec<T> {
  return {
    size,
    read(view, start) {
      const tuple: StructValue[] = [];
      for (const { code, offset, size: width, count } of runs) {
        for (let i = 0; i < count; i++) {
          const at = start + offset + i * width;
          tuple.push(code.read(view, at, littleEndian, width));
        }
      }
      return tuple as readonly StructValue[] as T;
    },
    write(view, start, value) {
      if (value.length !== values) {
        const expected = `${values} values for the struct format "${format}"`;
        throw refused("value", expected, value.length);
      }
      if (padded) clear(view, start, size);
      let index = 0;
      for (const { code, offset, size: width, count } of runs) {
        for (let i = 0; i < count; i++, index++) {
          const at = start + offset + i * width;
          code.write(view, at, littleEndian, width, value[index], index);
        }
      }
    },
  };
}

function clear(view: DataView, at: number, size: number): void {
  new Uint8Array(view.buffer, view.byteOffset + at, size).fill(0);
}
