// Records as they come from a decoder that opens the file itself.
import avro from "avsc";

let [count, sum] = [0, 0];
for await (const { n, value } of avro.createFileDecoder("made/readings.avro")) {
  count++;
  sum += n + Math.round(value);
}
console.log(count, sum);
