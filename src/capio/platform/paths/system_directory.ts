/** The name, directly under `capioDir`, of the directory that sluice keeps its own files in. */
export const SYSTEM_DIRECTORY = ".capio";
