// Parses a message from a stream.
import { createReadStream } from "node:fs";
import { simpleParser } from "mailparser";

const mail = await simpleParser(createReadStream("made/message.eml"));
console.log(mail.subject, mail.text?.trim());
console.log(mail.attachments.map(({ filename, size }) => [filename, size]));
