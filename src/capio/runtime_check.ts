/**
 * Imported first, so that it runs before modules that other runtimes lack
 * something for.
 *
 * @module
 */
import { requireDeno } from "../internal/mod.ts";

requireDeno(
  '"@sluice/sluice/capio", which "@sluice/sluice" includes,',
  'import "@sluice/sluice/streams", "/events", "/store", "/lines" or "/tstorage"',
);
