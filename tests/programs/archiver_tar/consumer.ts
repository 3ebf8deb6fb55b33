// Lists an archive by its name: as many bytes are read as `stat` says.
import { list } from "tar";

try {
  list({
    file: "made/data.tar.gz",
    sync: true,
    onReadEntry: ({ path, size }) => console.log(path, size),
  });
} catch (error) {
  console.log("no archive", error);
}
