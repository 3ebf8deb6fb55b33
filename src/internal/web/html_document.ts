/** The parts of a {@linkcode htmlDocument}, none of which may hold foreign text. */
export interface HtmlDocumentParts {
  readonly title: string;
  readonly style: string;
  /** The content, before the script. */
  readonly body: string;
  readonly script: string;
  /** Who may show it in a frame. */
  readonly frameAncestors: "'none'" | "'self'";
  /** Further headers. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Returns a document that is whole in itself: it loads nothing but live updates
 * from its own origin, and runs no script and shows no style but its own.
 */
export function htmlDocument(
  { frameAncestors, headers, ...parts }: HtmlDocumentParts,
): Response {
  const nonce = crypto.randomUUID();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${frameAncestors}`,
  ];
  return new Response(documentText(parts, nonce), {
    headers: {
      ...headers,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy.join("; "),
    },
  });
}

function documentText(
  { title, style, body, script }: Omit<
    HtmlDocumentParts,
    "frameAncestors" | "headers"
  >,
  nonce: string,
): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${style}</style>
</head>
<body>
${body}
<script nonce="${nonce}">${script}</script>
</body>
</html>
`;
}
