/** Whether this runs in Deno's notebook kernel. Elsewhere `Deno.jupyter` throws when it is touched. */
export function inNotebook(): boolean {
  try {
    return Deno.jupyter !== undefined;
  } catch {
    return false;
  }
}
