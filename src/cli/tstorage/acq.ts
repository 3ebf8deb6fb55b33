import { UnitPayloadType } from "../../tstorage/mod.ts";
import { assertNoMore, type Command, parse } from "../command/mod.ts";
import { connect } from "./arguments.ts";
import { formatTime } from "./cells.ts";
import { keyRange, QUERY_HELP, QUERY_OPTIONS } from "./key_range.ts";

/** `sluice tstorage acq`: prints up to which time a range is complete. */
export const acq: Command = {
  name: "acq",
  summary: "Print the last acquisition time of a range",
  help: `Usage: sluice tstorage acq [OPTIONS]

Prints the time before which every record of the range can be read: use it as
the lower end of the next "get" to follow a series.

Options:
      --iso  Print it as 2024-01-01T00:00:00Z

${QUERY_HELP}

Example:
  sluice tstorage get --min ,,,,$LAST --max ,,,,$(sluice tstorage acq)`,
  async run(args, signal) {
    const { values, positionals } = parse(args, QUERY_OPTIONS, []);
    assertNoMore(positionals, 0);
    const [min, max] = keyRange(values);
    await using channel = await connect(values, new UnitPayloadType(), signal);
    const response = await channel.getAcq(min, max);
    signal.throwIfAborted();
    const { acq } = response.orThrow();
    console.log(values.iso ? formatTime(acq) : `${acq}`);
    return 0;
  },
};
