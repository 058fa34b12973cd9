// A string as a literal of the engine. Pure; the only place in the code base that escapes for SQL.

/** `it's` → `'it\'s'`: backslash, quote and NUL are escaped, every other character stands for itself. */
export function escapeString(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`
}
