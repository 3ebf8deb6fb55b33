export function viewPage(): Response {
  return new Response("x");
}
