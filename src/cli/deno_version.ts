/**
 * Imported first, so that it runs before modules that an old Deno lacks
 * something for.
 *
 * @module
 */
import { requireDenoVersion } from "../internal/mod.ts";

requireDenoVersion();
