/**
 * Returns the header `Authorization` for the user and the password in a URL;
 * nothing if it has neither.
 */
export function basicLogin(
  { username, password }: URL,
): string | undefined {
  if (username === "" && password === "") return undefined;
  const login = `${unescaped(username)}:${unescaped(password)}`;
  const bytes = new TextEncoder().encode(login);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** A URL may have a "%" that escapes nothing. */
function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
