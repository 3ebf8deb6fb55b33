/** The worker in which a step of a random workflow does its work. */
import "@sluice/sluice/preload";
import { actHere } from "./actor.ts";

addEventListener("message", async (event) => {
  if (!(event instanceof MessageEvent)) return;
  await actHere(event.data);
  self.close();
});
