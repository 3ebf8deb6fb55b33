/** Numbers, sizes and times in words. */
export const TEXTS_SCRIPT = String.raw`
function counted(number, word) {
  return number.toLocaleString("en") + " " + word + (number === 1 ? "" : "s");
}

function bytesText(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (bytes >= 999.95 && unit < units.length - 1) {
    bytes /= 1000;
    unit++;
  }
  return (unit === 0 ? Math.round(bytes) : bytes.toFixed(1)) + " " + units[unit];
}

function duration(milliseconds) {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return seconds.toFixed(1) + " s";
  if (seconds < 100) return Math.floor(seconds) + " s";
  const minutes = Math.floor(seconds / 60);
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  if (minutes < 60) return minutes + " min " + two(seconds % 60) + " s";
  return Math.floor(minutes / 60) + " h " + two(minutes % 60) + " min";
}

function clock(time) {
  return new Date(time).toTimeString().slice(0, 8);
}
`;
