const root = new URL("../../", import.meta.url);

/** The files below a folder whose names end in a certain way, sorted. */
export function walkFiles(folder: string, ending: string): string[] {
  const files: string[] = [];
  for (const entry of Deno.readDirSync(new URL(folder, root))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) files.push(...walkFiles(path, ending));
    else if (entry.name.endsWith(ending)) files.push(path);
  }
  return files.sort();
}
