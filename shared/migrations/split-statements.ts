// A file of SQL → its statements. Pure. `;` inside comments, strings and quoted names does not end a statement; comments go.

/** Statements without their `;`, trimmed, in order; empty ones are left out. */
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

/** Comments, strings and quoted names (backslash and doubled quotes), and everything else character by character. */
const tokens = /--[^\n]*|\/\*[^]*?(?:\*\/|$)|'(?:\\[^]|''|[^'\\])*'?|`(?:\\[^]|``|[^`\\])*`?|"(?:\\[^]|""|[^"\\])*"?|[^]/g

function isComment(token: string): boolean {
  return token.startsWith('--') || token.startsWith('/*')
}
