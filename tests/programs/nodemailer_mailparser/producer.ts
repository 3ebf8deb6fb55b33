// A message with an attachment from a file, in a stream.
import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import nodemailer from "nodemailer";
import { halfway } from "../halfway.ts";

mkdirSync("made");
writeFileSync("made/attached.csv", "n,square\n".repeat(20_000));
const transport = nodemailer.createTransport({ streamTransport: true });
const { message } = await transport.sendMail({
  from: "a@example.org",
  to: "b@example.org",
  subject: "Numbers",
  text: "Here they are",
  date: new Date(0),
  messageId: "<1@example.org>",
  baseBoundary: "boundary",
  attachments: [{ path: "made/attached.csv" }],
});
await halfway();
await pipeline(message, createWriteStream("made/message.eml"));
console.log("sent");
