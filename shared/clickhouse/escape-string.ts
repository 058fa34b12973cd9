// Writes a string as a literal of the engine. Pure. No other place of the code base escapes for SQL.

/** `it's` → `'it\'s'`. Backslash, quote and NUL are escaped; all other characters stay as they are. */
export function escapeString(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`
}
