// Sniffs what is in a file: explicit reads of its beginning.
import { fileTypeFromFile } from "file-type";

for (const path of ["made/drawing", "made/photo"]) {
  console.log(path, await fileTypeFromFile(path));
}
