// Splits a file of SQL into statements. Pure. A `;` in comments, strings or quoted names does not end one. Comments are
// dropped.

/** Returns statements without their `;`, trimmed, in order, without empty ones. */
export function splitStatements(text: string): string[] {
  const statements: string[] = []
  let current = ''
  for (const [token] of text.matchAll(tokens)) {
    if (token === ';') {
      statements.push(current)
      current = ''
    } else current += isComment(token) ? ' ' : token
  }
  statements.push(current)
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== '')
}

/** Matches comments, strings, quoted names (with backslashes and doubled quotes), and any other character alone. */
const tokens =
  /--[^\n]*|\/\*[^]*?(?:\*\/|$)|'(?:\\[^]|''|[^'\\])*'?|`(?:\\[^]|``|[^`\\])*`?|"(?:\\[^]|""|[^"\\])*"?|[^]/g

function isComment(token: string): boolean {
  return token.startsWith('--') || token.startsWith('/*')
}
