/**
 * The source of the flights: 200 000 records of the US Bureau of
 * Transportation Statistics, which the npm package `vega-datasets` contains.
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
