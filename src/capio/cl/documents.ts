import type { CapioClConfig } from "./config.ts";
import { parseCapioCl } from "./parse.ts";
import { serializeCapioCl } from "./serialize.ts";

/** The number of documents whose configurations are remembered. */
const REMEMBERED_DOCUMENTS = 8;

/** The configurations of the documents that came last. */
const remembered = new Map<string, CapioClConfig>();

/**
 * Writes a configuration as the document that members tell each other: in one
 * form, so that members that bring the same rules bring the same text.
 */
export function documentOf(config: CapioClConfig): string {
  const document = serializeCapioCl(config);
  remember(document, config);
  return document;
}

/**
 * Returns the configuration of a document. A process checks each document once,
 * although it meets it in its options, when it joins, and in the journal.
 *
 * @throws {CapioClError} If it is none.
 */
export function configOf(document: string): CapioClConfig {
  const known = remembered.get(document);
  if (known) return known;
  const config = parseCapioCl(document);
  remember(document, config);
  return config;
}

function remember(document: string, config: CapioClConfig): void {
  if (remembered.size >= REMEMBERED_DOCUMENTS) remembered.clear();
  remembered.set(document, config);
}
