// Asks a file handle for the size, and reads the beginning.
import { imageSizeFromFile } from "image-size/fromFile";

try {
  console.log(await imageSizeFromFile("made/image.jpg"));
} catch (error) {
  console.log("unknown", error);
}
