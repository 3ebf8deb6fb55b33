// Asks a file handle for the size and reads the beginning, then decodes.
import { readFileSync } from "node:fs";
import { imageSizeFromFile } from "image-size/fromFile";
import jpeg from "jpeg-js";

console.log(await imageSizeFromFile("made/image.jpg"));
const { width, height, data } = jpeg.decode(readFileSync("made/image.jpg"));
console.log(width, height, data.length);
