/** The timeline, which is drawn only while it is in sight. */
export const TIMELINE_SCRIPT = String.raw`
let isTimelineShown = true;
let drawnTimeline = "";

new IntersectionObserver(([{ isIntersecting }]) => {
  isTimelineShown = isIntersecting;
  renderSoon();
}).observe(byId("timeline"));

function renderTimeline() {
  if (timeline === drawnTimeline || !isTimelineShown || timeline === "") return;
  drawnTimeline = timeline;
  const parsed = new DOMParser().parseFromString(timeline, "image/svg+xml");
  const svg = document.importNode(parsed.documentElement, true);
  byId("timeline").replaceChildren(svg);
}
`;
