// Asks for the size, and reads the chunks of a sound file.
import { parseFile } from "music-metadata";

try {
  const { format } = await parseFile("made/sound.wav");
  console.log(format.container, format.duration, format.sampleRate);
} catch (error) {
  console.log("no sound", error);
}
