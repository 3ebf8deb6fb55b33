import { type Command, commandGroup } from "../command/mod.ts";
import { acq } from "./acq.ts";
import { get } from "./get.ts";
import { put } from "./put.ts";
import { serve } from "./serve.ts";

/** `sluice tstorage`: serves, writes and reads time series. */
export const tstorage: Command = commandGroup({
  name: "tstorage",
  summary: "Serve, write and read time series in a TStorage database",
  details: `Records are lines of CSV: the parts of the key, then the payload.
  cid,mid,moid,cap,acq,payload
  1,7,0,725846400000000000,760000000000000000,0000a841
cid and moid are 32-bit integers, mid is a 64-bit one. cap and acq, the times of
capture and acquisition, are nanoseconds since 2001-01-01T00:00:00Z, or times
such as 2024-01-01T12:00:00.000000001Z. Integers are digits without a point.
The payload is hexadecimal, or with --fields one column of numbers for each
field. A file with a column acq needs the first line.

Example:
  sluice tstorage serve --path weather.db &
  sluice tstorage put weather.csv --fields celsius:f32,hPa:u16
  sluice tstorage get --fields celsius:f32,hPa:u16 --min 1,7 --max 2,8 --iso`,
  commands: [serve, put, get, acq],
});
