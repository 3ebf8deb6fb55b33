import { parseCapioCl } from "./parse.ts";
import { settingsPath } from "./settings.ts";

/**
 * Returns the paths of a CAPIO-CL configuration and of the settings that it
 * names; none for an empty path.
 *
 * @param read Returns the text of a file.
 */
export function configurationFiles(
  document: string,
  read: (path: string) => string,
): string[] {
  if (document === "") return [];
  try {
    const { configuration } = parseCapioCl(read(document));
    if (configuration === undefined) return [document];
    return [document, settingsPath(document, configuration)];
  } catch {
    // The process that is given it reads it again and reports the error.
    return [document];
  }
}
