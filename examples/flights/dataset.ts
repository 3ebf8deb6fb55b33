/**
 * Where the flights are: 200 000 records of the US Bureau of
 * Transportation Statistics, as the npm package `vega-datasets` brings them.
 *
 * @module
 */
// Once a package is imported, its name resolves to a file.
import "vega-datasets";

/** The file with the flights, each `{ delay, distance, time }`. */
export const flightsUrl = new URL(
  "../data/flights-200k.json",
  import.meta.resolve("vega-datasets"),
);
